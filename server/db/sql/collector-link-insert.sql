insert into collector_link (company_id, collector_id, link) values ($1, $2, $3)
