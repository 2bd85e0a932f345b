update collector set ended_by = $3, ended_at = now() where company_id = $1 and collector_id = $2 and ended_at is null
