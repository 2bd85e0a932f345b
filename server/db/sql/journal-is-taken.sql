select segment from outbox where company_id = $1 and seq = $2
