select * from (
select i.company_id, c.name as company_name, i.incident_id, i.kind, i.subject, i.code, i.count, i.opened_at, i.seen_at, i.closed_at,
  i.acknowledged_at, i.note, p.email as acknowledged_by, s.source_id, s.kind as source_kind, s.ordinal as source_ordinal,
  coalesce(s.machine_id, a.machine_id) as machine_id, m.name as machine_name, z.ordinal as zone_ordinal,
  case when i.closed_at is not null then 'closed' when i.acknowledged_at is not null then 'acknowledged' else 'open' end as state
from incident i
left join company c on c.company_id = i.company_id
left join source s on s.company_id = i.company_id and s.source_id = i.source_id
left join agent a on i.kind = 'second_certificate' and a.company_id = i.company_id and a.enrolment_id::text = i.subject
left join machine m on m.company_id = i.company_id and m.machine_id = coalesce(s.machine_id, a.machine_id)
left join zone z on i.kind in ('zone_away', 'zone_behind') and z.zone_id = i.subject
left join person p on p.person_id = i.acknowledged_by
) as incidents
where ($1::uuid is null or company_id = $1)
  and ($2::text is null or position(lower($2) in lower(company_name)) > 0 or position(lower($2) in lower(machine_name)) > 0)
  and (cardinality($3::text[]) = 0 or state = any ($3)) and (cardinality($4::text[]) = 0 or kind = any ($4))
