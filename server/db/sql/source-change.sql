update source set agent_id = $3, number = $4, definition = $5, changed_at = now() where company_id = $1 and source_id = $2
