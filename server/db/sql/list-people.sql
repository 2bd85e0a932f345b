select p.person_id, p.email, p.kind, p.role, c.company_id, c.name as company_name, p.created_at
from person p left join company c on c.company_id = p.company_id
where ($1::uuid is null or p.company_id = $1)
  and ($2::text is null or position(lower($2) in p.email) > 0 or ($1::uuid is null and position(lower($2) in lower(c.name)) > 0))
  and ($3::text is null or p.kind = $3)
