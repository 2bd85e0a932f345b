update commit_number set state = 'void', reason = $3
where company_id = $1 and run_id = any($2::uuid[]) and state = 'reserved'
