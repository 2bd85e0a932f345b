update agent set revoked_at = now() where company_id = $1 and cert_hash = any($2::bytea[]) and revoked_at is null
