select pack_no, state from pack where company_id = $1 and pack_id = $2 for share
