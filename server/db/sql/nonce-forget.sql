delete from agent_nonce where company_id = $1 and agent_id = $2 and expires_at < now()
