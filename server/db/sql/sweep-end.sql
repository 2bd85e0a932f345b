update sweep set finished_at = now(), held_code = $3, held_detail = $4,
  retry_at = case when $5::bigint is null then null else now() + $5::bigint * interval '1 millisecond' end
where company_id = $1 and round = $2 and tier = $6
