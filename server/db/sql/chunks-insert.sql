-- 10,000 rows at a time. The ids travel as one binary value and are cut here: an array of them would be quoted, parsed
-- and copied three times. The order is the directory's.
insert into chunk (company_id, scope, chunk_id, pack_no, frame, kind)
select $1, $2, substring($4::bytea from (u.i::int - 1) * 32 + 1 for 32), $3, u.frame, u.kind
from unnest($5::int[], $6::smallint[]) with ordinality as u(frame, kind, i)
on conflict do nothing
