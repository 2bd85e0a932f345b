select p.policy_id, p.name, (select count(*)::int from company c where c.policy_id = p.policy_id) as companies
from policy p order by lower(p.name), p.policy_id limit $1
