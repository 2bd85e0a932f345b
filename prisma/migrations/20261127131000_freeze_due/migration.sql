-- Freezes that are due: since when, and why the last try failed, so that one that is stuck becomes an incident (docs/decisions/0030-incidents.md).

create table freeze_due (
  company_id uuid not null,
  commit bigint not null,
  source_id uuid not null,
  -- When the worker first found it due.
  due_at timestamptz(3) not null default clock_timestamp(),
  -- Of the last try that failed, a stable code; null before the first one.
  problem_code text check (length(problem_code) <= 100),
  primary key (company_id, commit),
  foreign key (company_id, commit) references snapshot (company_id, commit)
);
create index freeze_due_of_source on freeze_due (company_id, source_id);

alter table freeze_due enable row level security;
alter table freeze_due force row level security;
create policy own_company on freeze_due
  using (company_id = nullif(current_setting('holdfast.company', true), '')::uuid)
  with check (company_id = nullif(current_setting('holdfast.company', true), '')::uuid);
-- The worker looks across companies for what may have to be judged.
create policy staff_reads on freeze_due for select to holdfast_staff using (true);
grant select on freeze_due to holdfast_app, holdfast_worker, holdfast_staff;
grant insert, update (problem_code), delete on freeze_due to holdfast_worker;

alter table incident
  drop constraint incident_kind_check,
  add check (kind in ('run_missed', 'runs_failed', 'zone_away', 'zone_behind', 'deletion_held', 'copies_lost', 'second_certificate', 'freeze_stuck'));
