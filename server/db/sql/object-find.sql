select o.object_key, o.kind, o.size_bytes, o.sha256, o.locked_until,
  coalesce((select json_agg(json_build_object('zoneId', r.zone_id, 'state', r.state) order by r.zone_id) from object_presence r
    where r.company_id = o.company_id and r.object_key = o.object_key), '[]') as copies
from object o where o.company_id = $1 and o.object_key = $2
