with hit as materialized (
  select i, c.pack_no, c.frame
  from generate_series(0, $4::int - 1) as i
  cross join lateral (
    select pack_no, frame from chunk
    where company_id = $1 and scope = $2 and chunk_id = substring($3::bytea from i * 32 + 1 for 32) limit 16
  ) as c
), good as materialized (
  select h.pack_no, ok.pack_id, ok.tier, ok.copies from (select distinct pack_no from hit) as h
  cross join lateral (
    select p.pack_id, p.tier, (select count(*) from pack_presence r where r.company_id = $1 and r.pack_no = h.pack_no and r.state = 'present') as copies
    from pack p where p.company_id = $1 and p.pack_no = h.pack_no and p.state in ('live', 'quarantined')
      and exists (select from pack_presence r where r.company_id = $1 and r.pack_no = h.pack_no and r.state <> 'missing')
    limit 1
  ) as ok
)
select distinct on (hit.i) hit.i, encode(good.pack_id, 'hex') as pack_id, hit.frame
from hit join good using (pack_no) order by hit.i, good.tier = 'archive', good.copies desc, hit.pack_no
