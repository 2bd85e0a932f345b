select m.company_id, c.name as company_name, m.machine_id, m.name, m.enrolled_at, m.last_seen_at, m.agent_version, m.last_snapshot_at, state.state,
  (select a.agent_id from agent a where a.company_id = m.company_id and a.machine_id = m.machine_id and a.revoked_at is null
    order by a.created_at desc limit 1) as agent_id,
  (select count(*) from source x where x.company_id = m.company_id and x.machine_id = m.machine_id) as sources,
  (select count(*) from snapshot x where x.company_id = m.company_id and x.machine_id = m.machine_id and x.is_kept) as snapshots,
  s.snapshot_id, s.commit, s.zone_id as snapshot_zone_id, s.received_at, s.outcome as snapshot_outcome, s.entries, s.files, s.bytes, s.gaps,
  r.run_id, r.started_at as run_started_at, r.ended_at as run_ended_at, r.outcome as run_outcome, r.code as run_code
from machine m join company c on c.company_id = m.company_id
left join lateral (select snapshot_id, commit, zone_id, received_at, outcome, entries, files, bytes, gaps from snapshot x
  where x.company_id = m.company_id and x.machine_id = m.machine_id order by x.commit desc limit 1) as s on true
left join lateral (select run_id, started_at, ended_at, outcome, code from run x
  where x.company_id = m.company_id and x.machine_id = m.machine_id order by x.fencing_token desc limit 1) as r on true
cross join lateral (select case
  when r.run_id is not null and r.ended_at is null then 'running'
  when r.outcome in ('failed', 'missed') then 'failed'
  when s.snapshot_id is null then 'never'
  when s.outcome = 'complete' then 'protected'
  else 'gaps' end as state) as state
where ($1::uuid is null or m.company_id = $1) and ($2::uuid is null or m.machine_id = $2)
  and ($3::text is null or position(lower($3) in lower(m.name)) > 0 or ($1::uuid is null and position(lower($3) in lower(c.name)) > 0))
  and (cardinality($4::text[]) = 0 or state.state = any($4))
