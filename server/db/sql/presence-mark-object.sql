-- What is missing does not become suspect: there is nothing to check.
update object_presence set state = case when state = 'missing' then state else $4 end, code = case when state = 'missing' then code else $5 end
where company_id = $1 and zone_id = $2 and object_key = $3
