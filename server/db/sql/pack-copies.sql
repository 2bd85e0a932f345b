select p.pack_no, encode(p.pack_id, 'hex') as pack_id, p.kind, p.size_bytes, p.tier, p.locked_until
from pack_presence r join pack p on p.company_id = r.company_id and p.pack_no = r.pack_no
where r.company_id = $1 and r.zone_id = $2 and r.state = 'present' and r.pack_no > $3 and p.state in ('live', 'quarantined')
order by r.pack_no limit $4
