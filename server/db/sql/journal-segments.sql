select number, object_key, bytes from journal_segment where number > $1 order by number limit $2
