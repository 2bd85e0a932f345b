select object_key from object where company_id = $1 and deleting_at is not null and object_key > $2 order by object_key limit $3
