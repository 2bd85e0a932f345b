insert into schedule (company_id, level, subject_id, cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, window_hours, window_ends_runs,
  bandwidth)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (company_id, level, subject_id) do update set cron = excluded.cron, time_zone = excluded.time_zone,
  jitter_seconds = excluded.jitter_seconds, catch_up_minutes = excluded.catch_up_minutes, is_paused = excluded.is_paused,
  window_hours = excluded.window_hours, window_ends_runs = excluded.window_ends_runs, bandwidth = excluded.bandwidth,
  timed_at = case when (schedule.cron, schedule.time_zone) is distinct from (excluded.cron, excluded.time_zone)
    then clock_timestamp() else schedule.timed_at end
