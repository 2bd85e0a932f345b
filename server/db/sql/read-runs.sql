select r.company_id, c.name as company_name, r.run_id, r.machine_id, m.name as machine_name, r.source_id, s.kind as source_kind,
  s.ordinal as source_ordinal, r.zone_id, r.started_at, r.ended_at, r.outcome, r.code, r.files, r.bytes, r.stored_bytes, r.snapshot_id,
  r.due_at, r.is_catch_up, r.attempt
from run r
join company c on c.company_id = r.company_id
join machine m on m.company_id = r.company_id and m.machine_id = r.machine_id
join source s on s.company_id = r.company_id and s.source_id = r.source_id
where ($1::uuid is null or r.company_id = $1) and ($2::uuid is null or r.run_id = $2) and ($3::uuid is null or r.machine_id = $3)
  and ($4::uuid is null or r.source_id = $4) and ($5::uuid is null or r.run_id < $5)
  and ($7::text is null or position(lower($7) in lower(m.name)) > 0 or position(lower($7) in lower(c.name)) > 0)
  and (cardinality($8::text[]) = 0 or coalesce(r.outcome, 'running') = any($8))
order by r.run_id desc limit $6
