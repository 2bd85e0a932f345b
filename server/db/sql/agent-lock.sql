select last_sequence, last_header_hash, revoked_at is not null as is_revoked
from agent where company_id = $1 and agent_id = $2 for no key update
