insert into pack_presence (company_id, pack_no, zone_id, state, verified_at)
select p.company_id, p.pack_no, $2, 'present', now() from pack p where p.company_id = $1 and p.pack_id = any($3::bytea[])
on conflict (company_id, pack_no, zone_id) do update set state = 'present', verified_at = now(), code = null
