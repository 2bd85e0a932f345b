select commit, snapshot_id, received_at from commit_number
where company_id = $1 and run_id = $2 and state = 'reserved' for no key update
