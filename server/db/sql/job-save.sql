update job set cursor = $4, lease_until = case when $5 = 0 then null else clock_timestamp() + $5 * interval '1 millisecond' end
where company_id = $1 and name = $2 and fencing_token = $3 and lease_until is not null
