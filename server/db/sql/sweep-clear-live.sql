delete from sweep_live where (company_id, job, pack_no, frame) in (
  select company_id, job, pack_no, frame from sweep_live where company_id = $1 and job = $2 limit 50000)
