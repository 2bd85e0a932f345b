select m.machine_id, m.scope, m.page_id, encode(p.pack_id, 'hex') as pack_id
from sweep_page m join pack p on p.company_id = m.company_id and p.pack_no = m.pack_no
where m.company_id = $1 and m.job = $2 and not m.is_entered order by m.pack_no limit $3
