-- A source of which the last $4 backups failed. Those that were cancelled, missed, or stopped with their agent neither failed nor succeeded.
insert into incident (company_id, kind, subject, code, count)
select r.company_id, 'runs_failed', r.source_id::text, $3::text, $4::int
from run r
cross join lateral (select count(*) filter (where newest.outcome = 'failed') as failed from (select n.outcome from run n
  where n.company_id = r.company_id and n.source_id = r.source_id and n.outcome in ('complete', 'complete_with_gaps', 'failed')
  order by n.fencing_token desc limit $4::int) as newest) as counts
where r.company_id = $1 and r.run_id = any ($2::uuid[]) and counts.failed = $4::int
on conflict (company_id, kind, subject) where closed_at is null
  do update set code = excluded.code, count = incident.count + 1, seen_at = clock_timestamp()
