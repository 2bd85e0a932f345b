update sweep_page m set is_entered = true
from unnest($3::uuid[], $4::int[]) with ordinality as u(machine_id, scope, i)
where m.company_id = $1 and m.job = $2 and m.machine_id = u.machine_id and m.scope = u.scope
  and m.page_id = substring($5::bytea from (u.i::int - 1) * 32 + 1 for 32)
