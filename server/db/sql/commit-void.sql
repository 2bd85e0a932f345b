update commit_number set state = 'void', reason = $3 where company_id = $1 and commit = $2 and state = 'reserved'
