update policy set cron = $2, time_zone = $3, jitter_seconds = $4, catch_up_minutes = $5, is_paused = $6, window_hours = $7, window_ends_runs = $8,
  bandwidth = $9, timed_at = case when (cron, time_zone) is distinct from ($2, $3) then clock_timestamp() else timed_at end
where policy_id = $1
