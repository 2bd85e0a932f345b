select distinct company_id from run where ended_at is null and lease_until <= clock_timestamp() limit 1000
