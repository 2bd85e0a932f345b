-- The database keeps the bytes of key objects, and of a header with its snapshot.
select o.object_key, o.kind, o.size_bytes, o.sha256, o.locked_until, coalesce(k.bytes, case o.kind when 'header' then s.header end) as bytes,
  coalesce((select json_agg(json_build_object('zoneId', r.zone_id, 'state', r.state) order by r.zone_id) from object_presence r
    where r.company_id = o.company_id and r.object_key = o.object_key), '[]') as copies
from object_presence m join object o on o.company_id = m.company_id and o.object_key = m.object_key
left join key_object k on k.company_id = o.company_id and k.object_key = o.object_key
left join snapshot s on s.company_id = o.company_id and s.commit = o.commit
where m.company_id = $1 and m.zone_id = $2 and m.state = 'missing' and o.deleting_at is null and m.object_key > $3
order by m.object_key limit $4
