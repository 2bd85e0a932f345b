select run_id, fencing_token, zone_id, ended_at is not null as is_ended
from run where company_id = $1 and agent_id = $2 and client_run_id = $3 for no key update
