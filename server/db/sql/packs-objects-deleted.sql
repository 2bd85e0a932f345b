update pack set deleted_round = $3 where company_id = $1 and pack_id = any($2::bytea[]) and state = 'deleting'
