-- The newest run of the source that counts as a start, if it failed and may be tried again.
select newest.due_at, newest.is_catch_up, newest.attempt from (select r.due_at, r.is_catch_up, r.attempt, r.outcome from run r
  where r.company_id = $1 and r.source_id = $2 and (r.code is null or r.code <> all ($3::text[])) order by r.run_id desc limit 1) as newest
where newest.outcome = 'failed' and newest.due_at is not null and newest.attempt < $4
