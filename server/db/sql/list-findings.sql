-- Whether another zone has a copy is looked up: it changes without the finding.
select f.company_id, c.name as company_name, f.finding_id, f.zone_id, z.ordinal as zone_ordinal, f.kind,
  coalesce(f.object_key, encode(p.pack_id, 'hex')) as object_name, f.size_bytes, f.code, f.found_at, f.healed_at, f.is_exact,
  cardinality(f.touched) as touched,
  (select json_agg(json_build_object('snapshotId', s.snapshot_id, 'machineId', s.machine_id, 'machineName', m.name,
      'receivedAtMs', (extract(epoch from s.received_at) * 1000)::bigint) order by s.commit desc)
    from (select * from (select unnest(f.touched) as commit) as t join lateral (
        select s.commit, s.snapshot_id, s.machine_id, s.received_at from snapshot s
        where s.company_id = f.company_id and s.commit = t.commit and s.is_kept) as kept using (commit) order by commit desc limit 5) as s
    join machine m on m.company_id = f.company_id and m.machine_id = s.machine_id) as newest, state.state
from scrub_finding f
join company c on c.company_id = f.company_id
join zone z on z.zone_id = f.zone_id
left join pack p on p.company_id = f.company_id and p.pack_no = f.pack_no
cross join lateral (select bool_or(each.state <> 'missing') as is_anywhere from (
    select r.state from pack_presence r where r.company_id = f.company_id and r.pack_no = f.pack_no
    union all
    select r.state from object_presence r where r.company_id = f.company_id and r.object_key = f.object_key) as each) as copies
cross join lateral (select case when f.healed_at is not null then 'healed'
    when f.pack_no is not null and p.state not in ('live', 'quarantined') or copies.is_anywhere is null then 'gone'
    when copies.is_anywhere or f.kind in ('log', 'wrap', 'agent', 'source', 'header') then 'open'
    else 'lost' end as state) as state
where ($1::uuid is null or f.company_id = $1) and ($2::text is null or position(lower($2) in lower(c.name)) > 0)
  and (cardinality($3::text[]) = 0 or state.state = any($3))
