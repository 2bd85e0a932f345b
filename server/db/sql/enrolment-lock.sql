select agent_id, used_at is not null as is_used, expires_at <= clock_timestamp() as is_expired
from enrolment where company_id = $1 and enrolment_id = $2 for no key update
