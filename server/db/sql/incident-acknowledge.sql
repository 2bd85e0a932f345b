-- Of a second certificate nothing else says that it is over.
update incident set acknowledged_at = clock_timestamp(), acknowledged_by = $3, note = $4,
  closed_at = case when kind = 'second_certificate' then clock_timestamp() end
where company_id = $1 and incident_id = $2 and closed_at is null
