with taken as (
  update company set next_commit = next_commit + 1 where company_id = $1 returning next_commit - 1 as commit
)
insert into commit_number (company_id, commit, run_id, snapshot_id, received_at)
select $1, commit, $2, $3, clock_timestamp() from taken returning commit, received_at
