select distinct company_id from scrub_finding where not is_exact and (traced_at is null or healed_at is null and traced_at < now() - interval '1 day')
limit 1000
