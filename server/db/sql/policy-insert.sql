insert into policy (policy_id, name) values ($1, $2) on conflict do nothing
