select o.object_key, o.kind, o.size_bytes, o.sha256 from object_presence r
join object o on o.company_id = r.company_id and o.object_key = r.object_key
where r.company_id = $1 and r.zone_id = $2 and r.state = 'suspect' and o.deleting_at is null
order by r.object_key limit $3
