select company_id from snapshot where snapshot_id = $1 limit 1
