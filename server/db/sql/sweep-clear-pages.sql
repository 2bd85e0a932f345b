delete from sweep_page where (company_id, job, machine_id, scope, page_id) in (
  select company_id, job, machine_id, scope, page_id from sweep_page where company_id = $1 and job = $2 limit 10000)
