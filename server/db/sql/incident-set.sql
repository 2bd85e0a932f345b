insert into incident (company_id, kind, subject, code, count) values ($1, $2, $3, $4, $5)
on conflict (company_id, kind, subject) where closed_at is null
  do update set code = excluded.code, count = excluded.count
  where (incident.code, incident.count) is distinct from (excluded.code, excluded.count)
returning xmax = 0 as is_new
