insert into machine (company_id, machine_id, name) values ($1, $2, $3) on conflict do nothing
