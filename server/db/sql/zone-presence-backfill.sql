-- What has no row for a zone is missing there: everything, when the zone is new to a company; nothing at most starts, so
-- it is looked for before anything is written.
with packs as (
  insert into pack_presence (company_id, pack_no, zone_id, state)
  select p.company_id, p.pack_no, $2, 'missing' from pack p where p.company_id = $1 and p.state in ('live', 'quarantined')
    and not exists (select from pack_presence r where r.company_id = $1 and r.pack_no = p.pack_no and r.zone_id = $2)
  on conflict do nothing
)
insert into object_presence (company_id, object_key, zone_id, state)
select o.company_id, o.object_key, $2, 'missing' from object o where o.company_id = $1 and o.deleting_at is null
  and not exists (select from object_presence r where r.company_id = $1 and r.object_key = o.object_key and r.zone_id = $2)
on conflict do nothing
