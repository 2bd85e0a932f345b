select z.zone_id, z.ordinal, count(r.company_id)::int as companies, coalesce(sum(r.read_bytes), 0)::bigint as read_bytes,
  coalesce(sum(r.left_bytes), 0)::bigint as left_bytes,
  case when count(r.last_full_at) = count(r.company_id) then min(r.last_full_at) end as last_full_at
from zone z left join scrub_round r on r.zone_id = z.zone_id
group by z.zone_id, z.ordinal order by z.ordinal
