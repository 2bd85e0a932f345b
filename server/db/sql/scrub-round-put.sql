-- $4: a round begins, so the one before is through. $8: what is left was counted, not carried on.
insert into scrub_round (company_id, zone_id, cursor, read_bytes, left_bytes, next_at)
values ($1, $2, $3, $5, $6, now() + $7 * interval '1 millisecond')
on conflict (company_id, zone_id) do update set
  started_at = case when $4 then now() else scrub_round.started_at end,
  last_full_at = case when $4 then now() else scrub_round.last_full_at end,
  counted_at = case when $8 then now() else scrub_round.counted_at end,
  cursor = excluded.cursor, read_bytes = excluded.read_bytes, left_bytes = excluded.left_bytes, next_at = excluded.next_at
