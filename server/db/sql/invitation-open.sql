select email, expires_at, expires_at <= now() as is_expired from invitation
where company_id = $1 and used_at is null order by created_at limit 1
