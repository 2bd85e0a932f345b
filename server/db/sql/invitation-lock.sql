select i.email, i.role, i.used_at is not null as is_used, i.expires_at <= clock_timestamp() as is_expired
from invitation i where i.company_id = $1 and i.invitation_id = $2 and i.auth_hash = $3 for no key update
