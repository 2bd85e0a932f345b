update pack set state = 'quarantined', quarantined_at = now()
where company_id = $1 and pack_id = any($2::bytea[]) and state = 'live' returning encode(pack_id, 'hex') as pack_id
