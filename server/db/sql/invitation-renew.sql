-- Under the company's lock, before its log begins: until then it has this one invitation.
update invitation set email = $2, auth_hash = $3, expires_at = now() + $4 * interval '1 millisecond'
where company_id = $1 and used_at is null returning invitation_id, expires_at
