update run set cancel_requested_at = coalesce(cancel_requested_at, now())
where company_id = $1 and run_id = $2 and ended_at is null returning run_id
