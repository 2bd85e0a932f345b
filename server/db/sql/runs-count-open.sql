select count(*)::int as open from run where company_id = $1 and ended_at is null and source_id <> $2
