-- The agent is there and was told to wait: not missed for so long.
update expected_run set missed_after = greatest(missed_after, clock_timestamp() + $3 * interval '1 millisecond')
where company_id = $1 and source_id = $2 and state = 'waiting' and due_at <= clock_timestamp()
