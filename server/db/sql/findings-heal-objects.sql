update scrub_finding set healed_at = now()
where company_id = $1 and zone_id = $2 and healed_at is null and object_key = any($3::text[])
