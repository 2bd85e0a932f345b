select distinct s.company_id, s.machine_id from source s
  join company c on c.company_id = s.company_id left join policy p on p.policy_id = c.policy_id
where not coalesce((select schedule_is_paused from provider), false) and not coalesce(p.is_paused, false)
  and not exists (select 1 from schedule x where x.company_id = s.company_id and x.is_paused
    and (x.level = 'company' or x.subject_id = s.machine_id or x.subject_id = s.source_id))
  and not exists (select 1 from expected_run e
    where e.company_id = s.company_id and e.source_id = s.source_id and e.state = 'waiting' and e.due_at > clock_timestamp()
      and e.planned_at >= coalesce((select schedule_timed_at from provider), '-infinity')
      and e.planned_at >= coalesce(greatest(c.policy_since, p.timed_at), '-infinity')
      and not exists (select 1 from schedule x where x.company_id = s.company_id and x.timed_at > e.planned_at
        and (x.level = 'company' or x.subject_id = s.machine_id or x.subject_id = s.source_id)))
limit $1
