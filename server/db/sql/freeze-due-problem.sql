update freeze_due set problem_code = $3 where company_id = $1 and commit = $2 and problem_code is distinct from $3
