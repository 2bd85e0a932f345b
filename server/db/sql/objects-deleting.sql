select object_key from object where company_id = $1 and deleting_at is not null order by object_key limit $2
