-- A try after the first took nothing, and gives nothing back.
update expected_run e set state = case e.state when 'started' then 'waiting' else 'missed' end
from run r where r.company_id = $1 and r.run_id = any ($2::uuid[]) and e.company_id = r.company_id and e.source_id = r.source_id
  and e.due_at = r.due_at and r.attempt = 1 and e.state in ('started', 'caught_up')
