-- In which hours of the week backups may begin: seven days from Monday, a bit for each hour, on the clocks of the schedule's zone.
create function is_week(hours integer[]) returns boolean language sql immutable set search_path = pg_catalog
  return cardinality(hours) = 7 and 0 <= all (hours) and 16777215 >= all (hours) and 0 < any (hours);

alter table schedule
  add column window_hours integer[] check (is_week(window_hours)),
  -- A backup that runs when the window ends is ended.
  add column window_ends_runs boolean,
  add check ((window_hours is null) = (window_ends_runs is null));
grant update (window_hours, window_ends_runs) on schedule to holdfast_app;

alter table provider
  add column schedule_window_hours integer[] check (is_week(schedule_window_hours)),
  add column schedule_window_ends_runs boolean,
  add check ((schedule_window_hours is null) = (schedule_window_ends_runs is null));
grant update (schedule_window_hours, schedule_window_ends_runs) on provider to holdfast_app;

-- When its agent is told to end it.
alter table run add column must_end_at timestamptz(3);
