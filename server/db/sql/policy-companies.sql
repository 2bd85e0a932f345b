select company_id, name from company where policy_id = $1 order by lower(name), company_id limit $2
