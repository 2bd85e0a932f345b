insert into person (company_id, person_id, kind, role, email, password_hash) values ($1, $2, 'member', $3, $4, $5)
on conflict do nothing
