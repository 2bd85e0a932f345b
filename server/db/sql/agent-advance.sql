update agent set last_sequence = $3, last_header = $4, last_header_hash = $5 where company_id = $1 and agent_id = $2
