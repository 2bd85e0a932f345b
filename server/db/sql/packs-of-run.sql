select encode(p.pack_id, 'hex') as pack_id, p.pack_no, p.kind, p.scope, p.size_bytes, p.directory_offset, p.directory_size,
  p.state, p.machine_id, p.run_id, p.tier, p.locked_until,
  coalesce((select json_agg(json_build_object('zoneId', r.zone_id, 'state', r.state) order by r.zone_id)
    from pack_presence r where r.company_id = p.company_id and r.pack_no = p.pack_no), '[]') as copies
from pack p where p.company_id = $1 and p.run_id = $2 and p.pack_id > $3 order by p.pack_id limit $4
