select h.hold_id, s.snapshot_id, s.machine_id, m.name as machine_name, s.received_at, h.reason, h.placed_at
from hold h join snapshot s on s.company_id = h.company_id and s.commit = h.commit
join machine m on m.company_id = s.company_id and m.machine_id = s.machine_id
where h.company_id = $1 and h.lifted_at is null order by h.placed_at desc, h.hold_id limit 500
