update company set log_number = $2, log_hash = $3, root_fingerprint = coalesce($4, root_fingerprint) where company_id = $1
