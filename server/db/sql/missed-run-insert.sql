-- Its zone is the one that a run is pinned to when all are well; it wrote nothing there.
insert into run (company_id, run_id, client_run_id, agent_id, machine_id, source_id, zone_id, fencing_token, lease_until,
  started_at, ended_at, outcome, code, due_at)
select company_id, $3, $3, agent_id, machine_id, source_id, (select zone_id from zone order by ordinal limit 1), nextval('fencing_token'),
  clock_timestamp(), $4, clock_timestamp(), 'missed', 'no_start', $4
from source where company_id = $1 and source_id = $2
