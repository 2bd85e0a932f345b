select s.snapshot_id, s.commit, s.received_at, s.outcome = 'complete' as is_complete, r.due_at is not null as is_scheduled, s.files, s.bytes,
  r.stored_bytes, s.backup_left_at is null as is_in_backup, s.class, s.retain_until, s.archive_expired_at is not null as is_expired,
  exists (select from hold h where h.company_id = $1 and h.commit = s.commit and h.lifted_at is null) as is_held
from snapshot s join run r on r.company_id = s.company_id and r.run_id = s.run_id
where s.company_id = $1 and s.source_id = $2 and (s.backup_left_at is null or s.class is not null)
order by s.commit limit 100000
