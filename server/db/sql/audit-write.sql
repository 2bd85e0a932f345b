insert into audit (company_id, audit_id, person_id, action, details) values ($1, $2, $3, $4, $5)
