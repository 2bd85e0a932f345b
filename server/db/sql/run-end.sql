update run set ended_at = clock_timestamp(), outcome = $4, code = $5
where company_id = $1 and run_id = $2 and fencing_token = $3 and ended_at is null returning run_id
