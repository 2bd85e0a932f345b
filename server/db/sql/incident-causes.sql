-- What is wrong now. Zones stand under the nil uuid; $2 to $4 say how long, in milliseconds, a zone may be away, and behind, and a freeze be due.
select case z.state when 'unreachable' then 'zone_away' else 'zone_behind' end as kind, z.zone_id as subject,
  coalesce(z.error_code, z.state) as code, 1 as count
from zone z
where $1 = '00000000-0000-0000-0000-000000000000'::uuid
  and (z.state = 'unreachable' and z.state_since <= clock_timestamp() - $2 * interval '1 millisecond'
    or z.state = 'catching_up' and z.state_since <= clock_timestamp() - $3 * interval '1 millisecond')
union all
-- One for a company, however many of its sweeps are held.
select 'deletion_held', s.company_id::text, min(s.held_code), count(*)::int from sweep s
where s.company_id = $1 and s.held_code is not null group by s.company_id
union all
-- As list-findings says `lost`.
select 'copies_lost', $1::text, 'no_good_copy', count(*)::int from scrub_finding f
left join pack p on p.company_id = f.company_id and p.pack_no = f.pack_no
cross join lateral (select bool_or(each.state <> 'missing') as is_anywhere from (
    select r.state from pack_presence r where r.company_id = f.company_id and r.pack_no = f.pack_no
    union all
    select r.state from object_presence r where r.company_id = f.company_id and r.object_key = f.object_key) as each) as copies
where f.company_id = $1 and f.healed_at is null and not copies.is_anywhere
  and (p.state in ('live', 'quarantined') or f.kind in ('manifest', 'receipt', 'sidecar'))
having count(*) > 0
union all
-- One for a company, however many wait; `waiting`: none of them was tried and failed.
select 'freeze_stuck', d.company_id::text, coalesce(min(d.problem_code), 'waiting'), count(*)::int from freeze_due d
where d.company_id = $1 and d.due_at <= clock_timestamp() - $4 * interval '1 millisecond' group by d.company_id
