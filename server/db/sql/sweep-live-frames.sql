select encode(p.pack_id, 'hex') as pack_id, array_agg(l.frame order by l.frame) as frames
from pack p join sweep_live l on l.company_id = p.company_id and l.pack_no = p.pack_no
where p.company_id = $1 and l.job = $2 and p.pack_id = any($3::bytea[]) group by p.pack_id
