-- A zone that is new to a company: everything is missing there.
with packs as (
  insert into pack_presence (company_id, pack_no, zone_id, state)
  select p.company_id, p.pack_no, $2, 'missing' from pack p where p.company_id = $1 and p.state in ('live', 'quarantined')
  on conflict do nothing
)
insert into object_presence (company_id, object_key, zone_id, state)
select o.company_id, o.object_key, $2, 'missing' from object o where o.company_id = $1 on conflict do nothing
