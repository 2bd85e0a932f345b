select s.source_id, s.kind, s.ordinal, s.created_at, (select r.started_at from run r
    where r.company_id = s.company_id and r.source_id = s.source_id and (r.code is null or r.code <> all ($3::text[]))
    order by r.run_id desc limit 1) as last_start_at,
  (select max(e.due_at) from expected_run e where e.company_id = s.company_id and e.source_id = s.source_id
    and e.due_at <= clock_timestamp() and e.state <> 'dropped') as last_expected_at
from source s where s.company_id = $1 and s.machine_id = $2 order by s.source_id limit $4
