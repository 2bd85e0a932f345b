update run set ended_at = clock_timestamp(), outcome = 'failed', code = 'lease_lost'
where (company_id, run_id) in (
  select company_id, run_id from run
  where company_id = $1 and ended_at is null and lease_until <= clock_timestamp() limit 100 for no key update skip locked
) and ended_at is null and lease_until <= clock_timestamp()
returning run_id
