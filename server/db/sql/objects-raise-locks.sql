update object set locked_until = $3 where company_id = $1 and object_key = any($2::text[]) and locked_until < $3
