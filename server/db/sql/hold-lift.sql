update hold set lifted_by = $3, lifted_at = now() where company_id = $1 and hold_id = $2 and lifted_at is null
