-- $8: packs of this tier count. $9: what the archive holds in every zone already is entered, but not marked as to be copied.
-- As chunks-reach, but every pack that holds an id counts, whoever uploaded it; pages are entered by this machine's own copies. A pack that was
-- repacked does not count for what lies, whole and in every zone, where it was repacked into. The limit is for an id that somebody uploads
-- without end: readers look at the 1,000 oldest copies.
with hit as materialized (
  select i, c.pack_no, c.frame, c.kind, substring($5::bytea from i * 32 + 1 for 32) as chunk_id
  from generate_series(0, $6::int - 1) as i
  cross join lateral (
    select pack_no, frame, kind from chunk
    where company_id = $1 and scope = $4 and chunk_id = substring($5::bytea from i * 32 + 1 for 32) order by pack_no limit 10000
  ) as c
), kept as materialized (
  select h.pack_no, ok.machine_id, ok.repacked_into from (select distinct pack_no from hit) as h
  cross join lateral (
    select p.machine_id, p.repacked_into from pack p
    where p.company_id = $1 and p.pack_no = h.pack_no and p.tier = $8 and p.state in ('live', 'quarantined') limit 1
  ) as ok
), into_whole as materialized (
  select t.pack_no from (select distinct repacked_into as pack_no from kept where repacked_into is not null) as t
  join pack p on p.company_id = $1 and p.pack_no = t.pack_no and p.state = 'live'
  where not exists (select from zone z where not exists (
    select from pack_presence r where r.company_id = $1 and r.pack_no = t.pack_no and r.zone_id = z.zone_id and r.state = 'present'))
), moved as materialized (
  select old.i, old.pack_no from hit as old join kept on kept.pack_no = old.pack_no
  join hit as new on new.i = old.i and new.pack_no = kept.repacked_into
  join into_whole on into_whole.pack_no = new.pack_no
), counted as materialized (
  select hit.i, hit.chunk_id, hit.pack_no, hit.frame, hit.kind, kept.machine_id from hit join kept using (pack_no)
  where not exists (select from moved where moved.i = hit.i and moved.pack_no = hit.pack_no)
), archived as materialized (
  select distinct hit.i from hit join (
    select f.pack_no from (select distinct pack_no from hit) as f
    cross join lateral (
      select from pack p where $9::boolean and p.company_id = $1 and p.pack_no = f.pack_no and p.tier = 'archive' and p.state = 'live'
        and not exists (select from zone z where not exists (
          select from pack_presence r where r.company_id = $1 and r.pack_no = p.pack_no and r.zone_id = z.zone_id and r.state = 'present')) limit 1
    ) as ok
  ) as whole using (pack_no)
), live as (
  insert into sweep_live (company_id, job, pack_no, frame)
  select distinct $1::uuid, $2::text, pack_no, frame from counted where i not in (select i from archived) on conflict do nothing
), own as materialized (
  select i, chunk_id, pack_no from counted where kind <> 1 and machine_id = $3
), pages as (
  insert into sweep_page (company_id, job, machine_id, scope, page_id, pack_no)
  select $1, $2, $3, $4, chunk_id, min(pack_no) from own group by chunk_id on conflict do nothing
)
select i from generate_series(0, $6::int - 1) as i
except (select i from own union all select i from counted where kind = 1 and not $7::boolean)
