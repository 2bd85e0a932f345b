update collector set problem = $3 where company_id = $1 and collector_id = $2 and problem is distinct from $3
