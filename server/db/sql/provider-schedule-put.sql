update provider set schedule_cron = $1, schedule_time_zone = $2, schedule_jitter_seconds = $3, schedule_catch_up_minutes = $4,
  schedule_is_paused = $5, schedule_window_hours = $6, schedule_window_ends_runs = $7, schedule_bandwidth = $8, schedule_timed_at = case when schedule_timed_at is null
    or (schedule_cron, schedule_time_zone) is distinct from ($1, $2) then clock_timestamp() else schedule_timed_at end
where provider_id = 1 returning provider_id
