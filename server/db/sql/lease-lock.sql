select agent_id, machine_id, source_id from run where company_id = $1 and run_id = $2 and fencing_token = $3
  and ended_at is null and lease_until > clock_timestamp() for no key update
