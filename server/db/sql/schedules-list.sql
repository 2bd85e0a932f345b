select x.level, x.subject_id, x.cron, x.time_zone, x.jitter_seconds, x.catch_up_minutes, x.is_paused, x.window_hours, x.window_ends_runs, x.bandwidth, x.timed_at
from schedule x left join source s on s.company_id = x.company_id and s.source_id = x.source_id
where x.company_id = $1 and (x.level = 'company' or x.machine_id = $2 or s.machine_id = $2)
union all
-- Also of a company that has given its policy up: that counts as a change of its timing.
select 'policy', p.policy_id, p.cron, p.time_zone, p.jitter_seconds, p.catch_up_minutes, coalesce(p.is_paused, false), p.window_hours, p.window_ends_runs,
  p.bandwidth, greatest(c.policy_since, p.timed_at)
from company c left join policy p on p.policy_id = c.policy_id
where c.company_id = $1 and c.policy_since is not null
