select state from object_presence where company_id = $1 and zone_id = $2 and object_key = $3 for no key update
