update commit_number set state = 'published' where company_id = $1 and commit = $2
