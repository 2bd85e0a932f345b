update run set lease_until = clock_timestamp() + $4 * interval '1 millisecond', heartbeat_at = now(),
  files = $5, bytes = $6, stored_bytes = $7
where company_id = $1 and run_id = $2 and fencing_token = $3 and ended_at is null and lease_until > clock_timestamp()
returning zone_id, cancel_requested_at is not null as is_cancelled,
  coalesce(must_end_at <= clock_timestamp(), false) as is_over
