update pack set state = 'live', quarantined_at = null
where company_id = $1 and pack_id = any($2::bytea[]) and state = 'quarantined'
