select 1 from run where company_id = $1 and run_id = $2 and fencing_token = $3 and outcome = $4
