update run set lease_until = clock_timestamp() + $3 * interval '1 millisecond' where company_id = $1 and run_id = $2
