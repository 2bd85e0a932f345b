update expected_run set state = 'started'
where company_id = $1 and source_id = $2 and state = 'waiting' and due_at <= clock_timestamp() returning due_at
