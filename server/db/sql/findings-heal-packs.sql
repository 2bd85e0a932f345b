-- A statement of its own behind the one that recorded the copies: it has to see a finding whose transaction that one waited for.
update scrub_finding f set healed_at = now() from pack p
where f.company_id = $1 and f.zone_id = $2 and f.healed_at is null and p.company_id = $1 and p.pack_no = f.pack_no and p.pack_id = any($3::bytea[])
