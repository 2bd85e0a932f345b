insert into job (company_id, name, owner, fencing_token, lease_until)
values ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond')
on conflict (company_id, name) do update
  set owner = excluded.owner, fencing_token = job.fencing_token + 1, lease_until = excluded.lease_until
where job.lease_until is null or job.lease_until <= clock_timestamp()
returning fencing_token, cursor
