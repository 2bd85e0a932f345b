with given as (
  select * from unnest($3::text[], $4::text[], $5::bigint[], $6::bytea[]) as u(object_key, kind, size_bytes, sha256)
), objects as (
  insert into object (company_id, object_key, kind, size_bytes, sha256, commit, locked_until)
  select $1, object_key, kind, size_bytes, sha256, $2::bigint, $8::timestamptz from given on conflict do nothing
)
insert into object_presence (company_id, object_key, zone_id, state, verified_at)
select $1, g.object_key, z.zone_id, case when z.zone_id = any($7::text[]) then 'present' else 'missing' end,
       case when z.zone_id = any($7::text[]) then now() end
from given g cross join zone z on conflict do nothing
