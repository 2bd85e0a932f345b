select r.company_id, c.name as company_name, r.run_id, r.machine_id, m.name as machine_name, r.source_id, s.kind as source_kind,
  s.ordinal as source_ordinal, r.zone_id, r.started_at, r.ended_at, r.outcome, r.code, r.files, r.bytes, r.stored_bytes, r.snapshot_id,
  r.due_at, r.is_catch_up, r.attempt
from run r
join company c on c.company_id = r.company_id
join machine m on m.company_id = r.company_id and m.machine_id = r.machine_id
join source s on s.company_id = r.company_id and s.source_id = r.source_id
where r.ended_at is null
order by r.run_id desc limit $1
