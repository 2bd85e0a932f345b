insert into object_presence (company_id, object_key, zone_id, state, verified_at)
select o.company_id, o.object_key, $2, 'present', now() from object o where o.company_id = $1 and o.object_key = any($3::text[])
on conflict (company_id, object_key, zone_id) do update set state = 'present', verified_at = now(), code = null
