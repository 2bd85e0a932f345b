select 'provider' as level, null as subject_id, schedule_cron as cron, schedule_time_zone as time_zone,
  schedule_jitter_seconds as jitter_seconds, schedule_catch_up_minutes as catch_up_minutes, schedule_is_paused as is_paused,
  schedule_window_hours as window_hours, schedule_window_ends_runs as window_ends_runs, schedule_bandwidth as bandwidth,
  schedule_timed_at as timed_at
from provider where provider_id = 1 and schedule_timed_at is not null
