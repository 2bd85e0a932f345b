select o.object_key, o.kind, o.size_bytes, o.sha256, k.bytes,
  coalesce((select array_agg(r.zone_id order by r.zone_id) from object_presence r
    where r.company_id = o.company_id and r.object_key = o.object_key and r.state = 'present'), '{}') as zones
from object_presence m join object o on o.company_id = m.company_id and o.object_key = m.object_key
left join key_object k on k.company_id = o.company_id and k.object_key = o.object_key
where m.company_id = $1 and m.zone_id = $2 and m.state <> 'present' and m.object_key > $3
order by m.object_key limit $4
