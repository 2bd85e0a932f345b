-- A listed name of the right length counts as a copy, as it did before; scrubbing reads it.
delete from pack_presence;
delete from object_presence;
create temporary table pack_key as
select company_id, pack_no, state, size_bytes,
  case tier when 'archive' then 'archive/' else '' end || 'companies/' || company_id || case kind when 'content' then '/packs/' else '/meta/' end || left(name, 2) || '/' || name as object_key
from (select *, encode(pack_id, 'hex') as name from pack) p;
insert into pack_presence (company_id, pack_no, zone_id, state)
select p.company_id, p.pack_no, z.zone_id, case when l.object_key is null then 'missing' else 'present' end
from pack_key p cross join zone z
left join listing l on l.zone_id = z.zone_id and l.object_key = p.object_key and l.size_bytes = p.size_bytes
where p.state in ('live', 'quarantined');
insert into object_presence (company_id, object_key, zone_id, state)
select o.company_id, o.object_key, z.zone_id, case when l.object_key is null then 'missing' else 'present' end
from object o cross join zone z
left join listing l on l.zone_id = z.zone_id and l.object_key = o.object_key and l.size_bytes = o.size_bytes;
select count(distinct object_key) as unknown from listing
where object_key not in (select object_key from object) and object_key not in (select object_key from pack_key);
