select coalesce(max(seq), 0) as seq from outbox where company_id = $1
