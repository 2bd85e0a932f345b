select coalesce((select round from sweep where company_id = $1 and tier = $2), 0) + 1 as round
