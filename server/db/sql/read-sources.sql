select s.company_id, s.source_id, s.machine_id, s.kind, s.ordinal, s.number, s.definition, s.created_at,
  (select count(*) from snapshot x where x.company_id = s.company_id and x.source_id = s.source_id and x.is_kept) as snapshots,
  (select max(x.received_at) from snapshot x where x.company_id = s.company_id and x.source_id = s.source_id) as last_snapshot_at
from source s
where s.company_id = $1 and ($2::uuid is null or s.source_id = $2) and ($3::uuid is null or s.machine_id = $3)
  and ($4::uuid is null or s.source_id > $4)
order by s.source_id limit $5
