-- The newest run of the source that counts as a start: another try of it, where it failed and may be tried again; or the same, where its
-- window ended.
select newest.due_at, newest.is_catch_up, case when newest.code = $5 then newest.attempt else newest.attempt + 1 end as attempt
from (select r.due_at, r.is_catch_up, r.attempt, r.outcome, r.code from run r
  where r.company_id = $1 and r.source_id = $2 and (r.code is null or r.code <> all ($3::text[])) order by r.fencing_token desc limit 1) as newest
where newest.due_at is not null and (newest.outcome = 'failed' and newest.attempt < $4 or newest.code = $5)
