select e.company_id, s.machine_id, e.source_id, e.due_at from expected_run e
join source s on s.company_id = e.company_id and s.source_id = e.source_id
where e.state = 'waiting' and e.missed_after <= clock_timestamp() and not exists (select 1 from run r
  where r.company_id = e.company_id and r.source_id = e.source_id and r.ended_at is null)
order by e.missed_after, e.source_id limit $1
