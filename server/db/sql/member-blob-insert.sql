insert into member_blob (company_id, person_id, blob) values ($1, $2, $3)
