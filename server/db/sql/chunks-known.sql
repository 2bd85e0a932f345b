-- Index probes only (lateral with a limit keeps the planner from ever scanning); the few packs that were hit are
-- judged once each, not once per id. But for pages: every machine has its own copy of a common one (an empty folder's), and
-- only its own counts, so whose it is comes before the limit.
with hit as materialized (
  select i, c.pack_no
  from generate_series(0, $4::int - 1) as i
  cross join lateral (
    (select pack_no from chunk
     where $5 = 1 and company_id = $1 and scope = $2 and kind = 1
       and chunk_id = substring($3::bytea from i * 32 + 1 for 32) limit 16)
    union all
    (select own.pack_no from chunk own cross join lateral (
       select from pack p where p.company_id = $1 and p.pack_no = own.pack_no and p.machine_id = $7 limit 1) as mine
     where $5 <> 1 and own.company_id = $1 and own.scope = $2 and own.kind = $5
       and own.chunk_id = substring($3::bytea from i * 32 + 1 for 32) limit 16)
  ) as c
), good as materialized (
  select h.pack_no from (select distinct pack_no from hit) as h
  cross join lateral (
    select 1 from pack p join pack_presence r on r.company_id = p.company_id and r.pack_no = p.pack_no
    where p.company_id = $1 and p.pack_no = h.pack_no and p.state = 'live' and p.tier = 'backup'
      and r.zone_id = $6 and r.state = 'present' limit 1
  ) as ok
)
select distinct hit.i from hit join good using (pack_no)
