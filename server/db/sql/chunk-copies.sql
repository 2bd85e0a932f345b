-- All packs that hold each id, so that a reader can go past garbage: first one of each machine, then a second of each. The limit
-- is for an id that somebody uploads without end.
with hit as materialized (
  select i, c.pack_no, c.frame
  from generate_series(0, $4::int - 1) as i
  cross join lateral (
    select pack_no, frame from chunk
    where company_id = $1 and scope = $2 and chunk_id = substring($3::bytea from i * 32 + 1 for 32)
    order by pack_no limit 1000
  ) as c
), good as materialized (
  select h.pack_no, ok.pack_id, ok.machine_id, ok.copies from (select distinct pack_no from hit) as h
  cross join lateral (
    select p.pack_id, p.machine_id,
      (select count(*) from pack_presence r where r.company_id = $1 and r.pack_no = h.pack_no and r.state = 'present') as copies
    from pack p where p.company_id = $1 and p.pack_no = h.pack_no and p.state in ('live', 'quarantined')
      and exists (select from pack_presence r where r.company_id = $1 and r.pack_no = h.pack_no and r.state <> 'missing')
    limit 1
  ) as ok
), turn as (
  select hit.i, hit.pack_no, hit.frame, good.pack_id, good.copies,
    row_number() over (partition by hit.i, good.machine_id order by good.copies desc, hit.pack_no) as turn
  from hit join good using (pack_no)
), ranked as (
  select turn.*, row_number() over (partition by i order by turn, copies desc, pack_no) as rank from turn
)
select i, encode(pack_id, 'hex') as pack_id, frame from ranked where rank <= 16 order by i, rank
