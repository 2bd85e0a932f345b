select count(*) filter (where acknowledged_at is null)::int as open, count(*) filter (where acknowledged_at is not null)::int as acknowledged
from incident where closed_at is null and ($1::uuid is null or company_id = $1)
