select agent_id, machine_id, number, definition from source where company_id = $1 and source_id = $2 for no key update
