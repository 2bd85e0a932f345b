update enrolment set used_at = now(), agent_id = $3, payload = null where company_id = $1 and enrolment_id = $2
