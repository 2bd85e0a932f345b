-- Objects, their bytes, and one presence row per zone: what is not present is replication's work list.
with given as (
  select * from unnest($3::text[], $4::int[], $5::bytea[], $6::text[], $7::bytea[]) as u(kind, number, hash, object_key, bytes)
), objects as (
  insert into object (company_id, object_key, kind, size_bytes, sha256)
  select $1, object_key, kind, octet_length(bytes), hash from given
), keys as (
  insert into key_object (company_id, kind, number, hash, subject_id, object_key, bytes)
  select $1, kind, number, hash, $2::uuid, object_key, bytes from given
)
insert into object_presence (company_id, object_key, zone_id, state)
select $1, g.object_key, z.zone_id, 'missing' from given g cross join zone z
