insert into collector (company_id, collector_id, name, path, proposed_by) values ($1, $2, $3, $4, $5) on conflict do nothing
