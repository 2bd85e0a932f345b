select n.commit, n.received_at, s.outcome from commit_number n
join snapshot s on s.company_id = n.company_id and s.commit = n.commit
where n.company_id = $1 and n.snapshot_id = $2 and n.state = 'published'
