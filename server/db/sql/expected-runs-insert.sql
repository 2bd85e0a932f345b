insert into expected_run (company_id, source_id, due_at, missed_after, planned_at, state)
select $1, wanted.source_id, wanted.due_at, wanted.missed_after, clock_timestamp(), case when exists (select 1 from run r
    where r.company_id = $1 and r.source_id = wanted.source_id and r.started_at >= wanted.due_at and r.outcome is distinct from 'missed')
  then 'started' else 'waiting' end
from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) as wanted (source_id, due_at, missed_after)
on conflict (company_id, source_id, due_at) do update
  set state = excluded.state, missed_after = excluded.missed_after, planned_at = excluded.planned_at
  where expected_run.state = 'dropped'
