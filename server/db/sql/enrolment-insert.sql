insert into enrolment (company_id, enrolment_id, payload, enrolment_public_key, expires_at, machine_name_hint)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing
