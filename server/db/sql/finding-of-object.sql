-- Manifest, receipt and header belong to the snapshot of their commit; key objects to none.
insert into scrub_finding (company_id, zone_id, object_key, kind, size_bytes, code, touched, is_exact, traced_at)
select o.company_id, $2, o.object_key, o.kind, o.size_bytes, $4, case when o.commit is null then '{}' else array[o.commit] end, true, now()
from object o where o.company_id = $1 and o.object_key = $3
on conflict do nothing
