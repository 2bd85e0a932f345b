update incident set closed_at = clock_timestamp()
where company_id = $1 and kind in ('run_missed', 'runs_failed') and subject = $2 and closed_at is null
