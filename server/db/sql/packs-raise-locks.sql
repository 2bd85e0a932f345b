update pack set locked_until = $3 where company_id = $1 and pack_id = any($2::bytea[]) and tier = 'archive' and locked_until < $3
