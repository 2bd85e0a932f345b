-- The ledger of runs that are expected, so that a backup which does not begin is noticed.

create table expected_run (
  company_id uuid not null,
  source_id uuid not null,
  due_at timestamptz(3) not null,
  -- With jitter and grace: without a start until then it is missed.
  missed_after timestamptz(3) not null,
  planned_at timestamptz(3) not null,
  state text not null check (state in ('waiting', 'started', 'missed', 'caught_up', 'dropped')),
  primary key (company_id, source_id, due_at),
  foreign key (company_id, source_id) references source (company_id, source_id)
);
create index expected_run_waiting on expected_run (missed_after) where state = 'waiting';

-- For which due time a run began, and whether that had been missed before. A missed run is a row of its own.
alter table run
  add column due_at timestamptz(3),
  add column is_catch_up boolean not null default false,
  add check (due_at is not null or not is_catch_up),
  add check (outcome is distinct from 'missed' or due_at is not null);

alter table expected_run enable row level security;
alter table expected_run force row level security;
create policy own_company on expected_run
  using (company_id = nullif(current_setting('holdfast.company', true), '')::uuid)
  with check (company_id = nullif(current_setting('holdfast.company', true), '')::uuid);
-- The worker looks across companies for what is to be planned, and for what is overdue.
create policy staff_reads on expected_run for select to holdfast_staff using (true);
create policy staff_reads on schedule for select to holdfast_staff using (true);

grant select, insert on expected_run to holdfast_app, holdfast_worker;
grant update (missed_after, planned_at, state) on expected_run to holdfast_app, holdfast_worker;
grant select on expected_run, schedule to holdfast_staff;
