select round from sweep where company_id = $1 and tier = $2
