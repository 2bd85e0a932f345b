select x.level, x.subject_id, x.cron, x.time_zone, x.jitter_seconds, x.catch_up_minutes, x.is_paused, x.window_hours, x.window_ends_runs, x.bandwidth, x.timed_at
from schedule x left join source s on s.company_id = x.company_id and s.source_id = x.source_id
where x.company_id = $1 and (x.level = 'company' or x.machine_id = $2 or s.machine_id = $2)
order by x.level, x.subject_id
