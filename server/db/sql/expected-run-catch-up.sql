update expected_run e set state = 'caught_up'
from (select due_at from expected_run where company_id = $1 and source_id = $2 and due_at <= clock_timestamp() and state <> 'dropped'
  order by due_at desc limit 1) newest
where e.company_id = $1 and e.source_id = $2 and e.due_at = newest.due_at and e.state = 'missed' returning e.due_at
