update snapshot s set backup_left_at = now()
where s.company_id = $1 and s.commit = any($2::bigint[]) and s.backup_left_at is null
  and (s.frozen_at is not null and s.archive_expired_at is null
    or not exists (select from hold h where h.company_id = $1 and h.commit = s.commit and h.lifted_at is null))
  -- The newest is what the next backup builds on, and the last that a source has.
  and exists (select from snapshot n where n.company_id = $1 and n.source_id = s.source_id and n.commit > s.commit and n.backup_left_at is null)
returning s.commit
