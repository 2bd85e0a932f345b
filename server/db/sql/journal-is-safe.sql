-- Whether each zone that could be reached a moment ago has all that this company wrote up to a row. A worker that has not tried
-- for 10 s is not there, and nothing is safe by its silence.
select count(*) filter (where z.is_reachable and z.tried_at > now() - interval '10 s') > 0
   and not exists (
     select from outbox o, journal_zone j
     where o.company_id = $1 and o.seq <= $2 and j.is_reachable and (o.segment is null or o.segment > j.shipped)) as is_safe
from journal_zone z
