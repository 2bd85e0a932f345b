insert into journal_segment (number, object_key, bytes) values ($1, $2, $3)
