select * from (
select c.company_id, c.name, c.created_at, c.root_fingerprint, c.last_commit, c.last_snapshot_at,
  (select count(*) from machine m where m.company_id = c.company_id) as machines,
  (select count(*) from snapshot s where s.company_id = c.company_id and s.is_kept) as snapshots,
  (select coalesce(sum(p.size_bytes), 0)::bigint from pack p where p.company_id = c.company_id and p.state = 'live') as stored_bytes,
  counts.protected, counts.gaps, counts.failed, counts.running, counts.never,
  case when counts.failed > 0 then 'failed' when counts.gaps > 0 then 'gaps' when counts.never > 0 then 'never'
    when counts.running > 0 then 'running' when counts.protected > 0 then 'protected' else 'never' end as state
from company c
cross join lateral (select
    count(*) filter (where of_machine.state = 'protected') as protected,
    count(*) filter (where of_machine.state = 'gaps') as gaps,
    count(*) filter (where of_machine.state = 'failed') as failed,
    count(*) filter (where of_machine.state = 'running') as running,
    count(*) filter (where of_machine.state = 'never') as never
  from machine m
  left join lateral (select outcome from snapshot x
    where x.company_id = m.company_id and x.machine_id = m.machine_id order by x.commit desc limit 1) as s on true
  left join lateral (select run_id, ended_at, outcome from run x
    where x.company_id = m.company_id and x.machine_id = m.machine_id order by x.fencing_token desc limit 1) as r on true
  -- A first run protects nothing before it ends.
  cross join lateral (select case
    when r.outcome in ('failed', 'missed') then 'failed'
    when s.outcome is null then 'never'
    when r.run_id is not null and r.ended_at is null then 'running'
    when s.outcome = 'complete' then 'protected'
    else 'gaps' end as state) as of_machine
  where m.company_id = c.company_id) as counts
where ($1::uuid is null or c.company_id = $1)
  and ($2::text is null or position(lower($2) in lower(c.name)) > 0)
) as companies
where cardinality($3::text[]) = 0 or companies.state = any($3)
