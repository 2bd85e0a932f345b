insert into pack_presence (company_id, pack_no, zone_id, state, verified_at)
select $1, $2, z.zone_id, case when z.zone_id = any($3::text[]) then 'present' else 'missing' end,
       case when z.zone_id = any($3::text[]) then now() end
from zone z
on conflict (company_id, pack_no, zone_id) do update set state = excluded.state, verified_at = excluded.verified_at, code = null
where excluded.state = 'present'
