select encode(p.pack_id, 'hex') as pack_id, r.zone_id, r.state from pack_presence r
join pack p on p.company_id = r.company_id and p.pack_no = r.pack_no
where r.company_id = $1 and r.state <> 'present' and (r.state = 'suspect' or r.code is not null) and p.state in ('live', 'quarantined')
order by r.pack_no, r.zone_id limit $2
