-- It never set a timing: getting it changes none.
insert into policy (policy_id, name, timed_at) values ($1, $2, 'epoch') on conflict do nothing
