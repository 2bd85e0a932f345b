select shipped from journal_zone where zone_id = $1
