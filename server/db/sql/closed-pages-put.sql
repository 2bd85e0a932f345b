insert into closed_page (company_id, machine_id, zone_id, scope, page_id, generation)
select distinct $1::uuid, $2::uuid, $3::text, $4::int, substring($5::bytea from i * 32 + 1 for 32), $6::int
from generate_series(0, octet_length($5::bytea) / 32 - 1) as i
on conflict (company_id, machine_id, zone_id, scope, page_id) do update set generation = excluded.generation
