update snapshot set retain_until = $3
where company_id = $1 and commit = $2 and frozen_at is not null and archive_expired_at is null and retain_until < $3
