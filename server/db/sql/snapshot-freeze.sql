update snapshot set class = $3, frozen_at = now(), retain_until = $4
where company_id = $1 and commit = $2 and frozen_at is null and backup_left_at is null
