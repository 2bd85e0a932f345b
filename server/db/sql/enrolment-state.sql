select e.used_at is not null as is_used, e.expires_at <= now() as is_expired, a.machine_id
from enrolment e left join agent a on a.company_id = e.company_id and a.agent_id = e.agent_id
where e.company_id = $1 and e.enrolment_id = $2
