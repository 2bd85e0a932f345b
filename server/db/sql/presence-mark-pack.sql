-- What is missing does not become suspect: there is nothing to check.
update pack_presence set state = case when state = 'missing' then state else $4 end, code = case when state = 'missing' then code else $5 end
where company_id = $1 and zone_id = $2 and pack_no = (select pack_no from pack where company_id = $1 and pack_id = $3)
