update run set ended_at = clock_timestamp(), outcome = $3, snapshot_id = $4 where company_id = $1 and run_id = $2
