select c.company_id, c.name, c.last_commit, marks.zones, marks.missing_since
from company c
cross join lateral (select
    coalesce(json_agg(json_build_object('zone_id', z.zone_id, 'commit', coalesce(w.commit, 0),
      'missing_since_ms', (extract(epoch from oldest.received_at) * 1000)::bigint) order by z.ordinal), '[]') as zones,
    min(oldest.received_at) as missing_since
  from zone z
  left join watermark w on w.company_id = c.company_id and w.zone_id = z.zone_id
  left join lateral (select s.received_at from snapshot s where s.company_id = c.company_id and s.commit > coalesce(w.commit, 0)
    order by s.commit limit 1) as oldest on true) as marks
where ($1::uuid is null or c.company_id = $1) and ($2::text is null or position(lower($2) in lower(c.name)) > 0)
