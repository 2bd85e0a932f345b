-- A copy that somebody marked since it was read stays as it was marked.
update pack_presence r set verified_at = now() from pack p
where r.company_id = $1 and r.zone_id = $2 and r.state = 'present' and p.company_id = $1 and p.pack_no = r.pack_no and p.pack_id = any($3::bytea[])
