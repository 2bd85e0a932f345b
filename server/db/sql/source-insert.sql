insert into source (company_id, source_id, machine_id, agent_id, kind, ordinal, number, definition)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
