select o.object_key, o.kind, o.size_bytes, o.sha256, o.locked_until
from object_presence r join object o on o.company_id = r.company_id and o.object_key = r.object_key
where r.company_id = $1 and r.zone_id = $2 and r.state = 'present' and o.deleting_at is null and r.object_key > $3
order by r.object_key limit $4
