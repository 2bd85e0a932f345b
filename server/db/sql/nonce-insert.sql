insert into agent_nonce (company_id, agent_id, nonce, expires_at)
values ($1, $2, $3, now() + $4 * interval '1 millisecond') on conflict do nothing
