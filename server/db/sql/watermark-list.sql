select c.company_id, z.zone_id, coalesce(w.commit, 0) as commit, coalesce(w.moved_at, c.created_at) as moved_at, c.last_commit
from company c cross join zone z left join watermark w on w.company_id = c.company_id and w.zone_id = z.zone_id
where $1::uuid is null or c.company_id = $1 order by c.company_id, z.ordinal
