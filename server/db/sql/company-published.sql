update company set last_commit = greatest(last_commit, $2::bigint), publications = publications + 1, last_snapshot_at = $3 where company_id = $1
