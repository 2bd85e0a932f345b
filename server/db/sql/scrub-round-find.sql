select started_at, cursor, read_bytes, left_bytes, counted_at, last_full_at from scrub_round where company_id = $1 and zone_id = $2
