update run set ended_at = clock_timestamp(), outcome = 'failed', code = 'superseded'
where company_id = $1 and source_id = $2 and ended_at is null returning run_id
