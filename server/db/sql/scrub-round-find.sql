select started_at, cursor, read_bytes, last_full_at from scrub_round where company_id = $1 and zone_id = $2
