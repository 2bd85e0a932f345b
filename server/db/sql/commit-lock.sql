select state, snapshot_id, received_at from commit_number where company_id = $1 and commit = $2 and run_id = $3 for no key update
