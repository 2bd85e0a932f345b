update company set policy_id = $2, policy_since = clock_timestamp() where company_id = $1 and policy_id is distinct from $2
