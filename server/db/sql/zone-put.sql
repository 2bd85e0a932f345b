insert into zone (zone_id, ordinal, kind) values ($1, $2, $3)
on conflict (zone_id) do update set ordinal = excluded.ordinal, kind = excluded.kind
returning xmax = 0 as is_new
