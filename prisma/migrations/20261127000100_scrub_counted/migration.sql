-- What a round has left is counted once an hour and carried on in between: counting reads a row for each pack.
alter table scrub_round add column counted_at timestamptz(3) not null default now();
grant update (counted_at) on scrub_round to holdfast_app, holdfast_worker;
