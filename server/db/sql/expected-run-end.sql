update expected_run set state = $4 where company_id = $1 and source_id = $2 and due_at = $3 and state = 'waiting'
