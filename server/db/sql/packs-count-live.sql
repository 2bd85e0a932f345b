select count(*)::int as live from pack where company_id = $1 and pack_id = any($2::bytea[]) and state = 'live'
