update object_presence set verified_at = now()
where company_id = $1 and zone_id = $2 and state = 'present' and object_key = any($3::text[])
