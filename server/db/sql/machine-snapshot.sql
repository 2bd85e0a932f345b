update machine set last_snapshot_at = $3 where company_id = $1 and machine_id = $2
