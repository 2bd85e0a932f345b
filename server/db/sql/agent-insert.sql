insert into agent (company_id, agent_id, machine_id, enrolment_id, cert_hash, sign_public_key, box_public_key)
values ($1, $2, $3, $4, $5, $6, $7)
