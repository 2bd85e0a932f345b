-- Which try of its due time a run is: a backup that failed is tried again a few times before it waits for the next due time.
alter table run add column attempt integer not null default 1 check (attempt between 1 and 100);
alter table run add check (due_at is not null or attempt = 1);
