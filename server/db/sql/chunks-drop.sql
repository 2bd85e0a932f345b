-- A slice of the index in its own order. There is no way from a pack to its ids but its directory, which is gone, and an index by pack would cost every
-- backup more than this costs a sweep that deleted something.
with slice as materialized (
  select scope, chunk_id, pack_no from chunk
  where company_id = $1 and (scope, chunk_id, pack_no) > ($2::int, $3::bytea, $4::bigint)
  order by scope, chunk_id, pack_no limit $5
), dead as materialized (
  select pack_no from pack where company_id = $1 and state = 'deleting' and deleted_round is not null
), dropped as (
  delete from chunk c using slice s where c.company_id = $1 and c.scope = s.scope and c.chunk_id = s.chunk_id and c.pack_no = s.pack_no
    and s.pack_no in (select pack_no from dead) returning 1
)
select (select count(*) from slice) as looked_at, (select count(*) from dropped) as dropped,
  last.scope, encode(last.chunk_id, 'hex') as chunk_id, last.pack_no
from (select 1) as one left join lateral (select * from slice order by scope desc, chunk_id desc, pack_no desc limit 1) as last on true
