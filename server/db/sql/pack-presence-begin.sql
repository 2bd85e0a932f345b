insert into pack_presence (company_id, pack_no, zone_id, state, verified_at)
select $1, $2, z.zone_id, case when z.zone_id = $3 then 'present' else 'missing' end,
       case when z.zone_id = $3 then now() end
from zone z
