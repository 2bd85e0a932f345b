update outbox o set segment = $1 from unnest($2::uuid[], $3::bigint[]) as u(company_id, seq)
where o.company_id = u.company_id and o.seq = u.seq
