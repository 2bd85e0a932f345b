insert into journal_zone (zone_id, shipped, is_reachable) values ($1, $2, $3)
on conflict (zone_id) do update set shipped = greatest(journal_zone.shipped, excluded.shipped), is_reachable = excluded.is_reachable, tried_at = now()
