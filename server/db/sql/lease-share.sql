-- Shared: packs of one run arrive side by side; ending the run waits for them.
select 1 from run where company_id = $1 and run_id = $2 and fencing_token = $3 and ended_at is null
  and lease_until > clock_timestamp() for share
