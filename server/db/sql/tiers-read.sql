select (select count(*) from snapshot where company_id = $1 and backup_left_at is null) as backup_snapshots,
  (select count(*) from snapshot where company_id = $1 and frozen_at is not null and archive_expired_at is null) as archive_snapshots,
  (select count(*) from hold where company_id = $1 and lifted_at is null) as holds,
  count(*) filter (where tier = 'backup') as backup_packs, coalesce(sum(size_bytes) filter (where tier = 'backup'), 0)::bigint as backup_bytes,
  count(*) filter (where tier = 'archive') as archive_packs, coalesce(sum(size_bytes) filter (where tier = 'archive'), 0)::bigint as archive_bytes
from pack where company_id = $1 and state in ('live', 'quarantined')
