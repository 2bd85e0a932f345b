select policy_id, name, created_at, cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, window_hours, window_ends_runs, bandwidth,
  timed_at, freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years
from policy where policy_id = $1
