-- What happened once more while it is open is counted, and is no second incident.
insert into incident (company_id, kind, subject, code, count) values ($1, $2, $3, $4, 1)
on conflict (company_id, kind, subject) where closed_at is null
  do update set code = excluded.code, count = incident.count + 1, seen_at = clock_timestamp()
