with given as (
  select * from unnest($3::text[], $4::text[], $5::bigint[], $6::bytea[]) as u(object_key, kind, size_bytes, sha256)
), objects as (
  insert into object (company_id, object_key, kind, size_bytes, sha256, commit)
  select $1, object_key, kind, size_bytes, sha256, $2::bigint from given
)
insert into object_presence (company_id, object_key, zone_id, state, verified_at)
select $1, g.object_key, z.zone_id, case when z.zone_id = $7 then 'present' else 'missing' end,
       case when z.zone_id = $7 then now() end
from given g cross join zone z
