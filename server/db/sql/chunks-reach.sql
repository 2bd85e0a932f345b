-- As chunks-known, for the closure walk: quarantined packs serve too (the commit rescues them), and pages say whether
-- all below them was there in this closure generation.
with hit as materialized (
  select i, c.pack_no, c.frame, c.kind, substring($3::bytea from i * 32 + 1 for 32) as chunk_id
  from generate_series(0, $4::int - 1) as i
  cross join lateral (
    (select pack_no, frame, kind from chunk
     where company_id = $1 and scope = $2 and kind = 1 and chunk_id = substring($3::bytea from i * 32 + 1 for 32) limit 16)
    union all
    (select own.pack_no, own.frame, own.kind from chunk own cross join lateral (
       select from pack p where p.company_id = $1 and p.pack_no = own.pack_no and p.machine_id = $6 limit 1) as mine
     where own.company_id = $1 and own.scope = $2 and own.kind <> 1
       and own.chunk_id = substring($3::bytea from i * 32 + 1 for 32) limit 16)
  ) as c
), good as materialized (
  select h.pack_no, ok.pack_id, ok.state from (select distinct pack_no from hit) as h
  cross join lateral (
    select p.pack_id, p.state
    from pack p join pack_presence r on r.company_id = p.company_id and r.pack_no = p.pack_no
    where p.company_id = $1 and p.pack_no = h.pack_no and p.state in ('live', 'quarantined') and p.tier = 'backup'
      and r.zone_id = $5 and r.state = 'present' limit 1
  ) as ok
)
select distinct on (hit.i) hit.i, hit.kind, encode(good.pack_id, 'hex') as pack_id, hit.frame,
  good.state = 'quarantined' as is_quarantined,
  hit.kind <> 1 and exists (
    select from closed_page d
    where d.company_id = $1 and d.machine_id = $6 and d.zone_id = $5 and d.scope = $2 and d.page_id = hit.chunk_id
      and d.generation = (select closure_generation from company where company_id = $1)
  ) as is_closed
from hit join good using (pack_no)
order by hit.i, good.state = 'quarantined', hit.pack_no
