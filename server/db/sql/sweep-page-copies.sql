select encode(p.pack_id, 'hex') as pack_id from chunk c join pack p on p.company_id = c.company_id and p.pack_no = c.pack_no
where c.company_id = $1 and c.scope = $3 and c.chunk_id = $4 and c.kind <> 1 and p.machine_id = $2 and p.tier = $5
  and p.state in ('live', 'quarantined')
order by p.state = 'quarantined', p.pack_no limit 16
