update expected_run set state = 'dropped'
where company_id = $1 and source_id = any ($2::uuid[]) and state = 'waiting' and due_at > clock_timestamp()
