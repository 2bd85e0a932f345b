update scrub_finding set touched = $3::bigint[], is_exact = $4, traced_at = now() where company_id = $1 and finding_id = $2
