select s.source_id, s.kind, s.ordinal, s.created_at, newest.started_at as last_start_at, newest.ended_at as last_end_at,
  newest.outcome as last_outcome, newest.due_at as last_due_at, newest.attempt as last_attempt, newest.code as last_code,
  (select max(e.due_at) from expected_run e where e.company_id = s.company_id and e.source_id = s.source_id
    and e.due_at <= clock_timestamp() and e.state <> 'dropped') as last_expected_at
from source s
left join lateral (select r.started_at, r.ended_at, r.outcome, r.due_at, r.attempt, r.code from run r
    where r.company_id = s.company_id and r.source_id = s.source_id and (r.code is null or r.code <> all ($3::text[]))
    order by r.fencing_token desc limit 1) as newest on true
where s.company_id = $1 and s.machine_id = $2 order by s.source_id limit $4
