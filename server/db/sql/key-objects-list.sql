select kind, number, hash, object_key, bytes from key_object
where company_id = $1 and kind = $2 and number > $3 order by number, subject_id limit $4
