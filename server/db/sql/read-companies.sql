select c.company_id, c.name, c.created_at, c.root_fingerprint, c.last_commit, c.last_snapshot_at,
  (select count(*) from machine m where m.company_id = c.company_id) as machines,
  (select count(*) from snapshot s where s.company_id = c.company_id) as snapshots,
  (select coalesce(sum(p.size_bytes), 0)::bigint from pack p where p.company_id = c.company_id and p.state = 'live') as stored_bytes
from company c
where ($1::uuid is null or c.company_id = $1) and ($2::uuid is null or c.company_id > $2)
order by c.company_id limit $3
