select f.finding_id, encode(p.pack_id, 'hex') as pack_id from scrub_finding f join pack p on p.company_id = f.company_id and p.pack_no = f.pack_no
where f.company_id = $1 and not f.is_exact and (f.traced_at is null or f.healed_at is null and f.traced_at < now() - interval '1 day')
order by f.found_at, f.finding_id limit $2
