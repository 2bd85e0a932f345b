update incident set seen_at = clock_timestamp()
where company_id = $1 and closed_at is null and kind in ('zone_away', 'zone_behind', 'deletion_held', 'copies_lost', 'freeze_stuck')
