select company_id, round, begun_at, finished_at, held_code, held_detail from sweep where company_id = $1 and tier = $2
