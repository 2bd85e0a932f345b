-- Half a minute is exact enough for a person, and spares a write per request.
update machine set last_seen_at = now(), agent_version = coalesce($3, agent_version)
where company_id = $1 and machine_id = (select machine_id from agent where company_id = $1 and agent_id = $2)
  and (last_seen_at is null or last_seen_at < now() - interval '30 seconds' or agent_version is distinct from coalesce($3, agent_version))
