insert into run (company_id, run_id, client_run_id, agent_id, machine_id, source_id, zone_id, fencing_token, lease_until, due_at, is_catch_up, attempt, must_end_at)
values ($1, $2, $3, $4, $5, $6, $7, nextval('fencing_token'), clock_timestamp() + $8 * interval '1 millisecond', $9, $10, $11, $12)
returning fencing_token
