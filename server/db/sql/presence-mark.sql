update pack_presence set state = $4, code = $5
where company_id = $1 and zone_id = $2 and pack_no = (select pack_no from pack where company_id = $1 and pack_id = $3)
