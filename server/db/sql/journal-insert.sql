insert into outbox (company_id, kind, payload) values ($1, $2, $3) returning seq
