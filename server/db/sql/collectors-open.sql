select c.company_id, c.collector_id, c.name, c.path, c.proposed_at, c.consented_at, c.ended_at, c.problem, a.agent_id, a.machine_id
from collector c left join agent a on a.company_id = c.company_id and a.enrolment_id = c.enrolment_id
where c.ended_at is null order by c.proposed_at, c.collector_id limit $1
