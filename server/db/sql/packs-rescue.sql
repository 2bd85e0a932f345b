update pack set state = 'live', quarantined_at = null, quarantine_round = null, quarantine_token = null
where company_id = $1 and pack_id = any($2::bytea[]) and state = 'quarantined' returning encode(pack_id, 'hex') as pack_id
