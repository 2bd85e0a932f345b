insert into hold (company_id, hold_id, commit, reason, placed_by)
select company_id, $2, commit, $4, $5 from snapshot where company_id = $1 and snapshot_id = $3 and is_kept
on conflict do nothing
