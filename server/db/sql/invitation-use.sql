update invitation set used_at = now() where company_id = $1 and invitation_id = $2
