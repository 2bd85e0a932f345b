insert into pack_presence (company_id, pack_no, zone_id, state, verified_at) values ($1, $2, $3, 'present', now())
on conflict (company_id, pack_no, zone_id) do update set state = 'present', verified_at = now(), code = null
where pack_presence.state <> 'present'
