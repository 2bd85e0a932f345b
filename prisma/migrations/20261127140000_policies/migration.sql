-- Named policies between the provider's default and a company: settings that several companies share (docs/decisions/0033-policies.md).

create table policy (
  policy_id uuid primary key,
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz(3) not null default now(),
  -- When backups are due, as in schedule; null comes from the provider's default.
  cron text check (length(cron) <= 200),
  time_zone text check (length(time_zone) <= 64),
  jitter_seconds integer check (jitter_seconds between 0 and 21600),
  catch_up_minutes integer check (catch_up_minutes between 0 and 10080),
  is_paused boolean not null default false,
  window_hours integer[] check (is_week(window_hours)),
  window_ends_runs boolean,
  bandwidth jsonb check (is_bandwidth(bandwidth)),
  -- Moves with cron and time zone alone.
  timed_at timestamptz(3) not null default now(),
  -- How long snapshots stay, as in retention.
  freeze_after_days integer check (freeze_after_days between 1 and 365),
  daily_days integer check (daily_days between 1 and 3650),
  weekly_weeks integer check (weekly_weeks between 0 and 520),
  monthly_months integer check (monthly_months between 0 and 120),
  yearly_years integer check (yearly_years between 0 and 10),
  check ((cron is null) = (time_zone is null)),
  check ((window_hours is null) = (window_ends_runs is null))
);
create unique index policy_name on policy (lower(name));

alter table company
  add column policy_id uuid references policy (policy_id),
  -- When it last got another policy, or none: what the one before would have made due counts for nothing.
  add column policy_since timestamptz(3),
  add check (policy_id is null or policy_since is not null);
create index company_policy on company (policy_id) where policy_id is not null;
grant update (policy_id, policy_since) on company to holdfast_app;
grant select (policy_id, policy_since) on company to holdfast_staff;

alter table policy enable row level security;
alter table policy force row level security;
-- The provider's; a company sees the one that it has.
create policy of_provider on policy
  using (nullif(current_setting('holdfast.company', true), '')::uuid = '00000000-0000-0000-0000-000000000000')
  with check (nullif(current_setting('holdfast.company', true), '')::uuid = '00000000-0000-0000-0000-000000000000');
create policy own_company on policy for select using (policy_id = (
  select c.policy_id from company c where c.company_id = nullif(current_setting('holdfast.company', true), '')::uuid));
create policy staff_reads on policy for select to holdfast_staff using (true);
create policy journal_reads on policy for select to holdfast_journal using (true);

grant select, insert, delete on policy to holdfast_app;
grant select on policy to holdfast_worker, holdfast_staff, holdfast_journal;
grant update (name, cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, window_hours, window_ends_runs, bandwidth, timed_at,
  freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years) on policy to holdfast_app;

create trigger journal_made after insert or delete on policy for each row execute function journal_row();
create trigger journal_changed after update on policy for each row when (old.* is distinct from new.*) execute function journal_row();
drop trigger journal_changed on company;
create trigger journal_changed after update of name, root_fingerprint, log_number, log_hash, policy_id, policy_since on company
  for each row when (old.* is distinct from new.*) execute function journal_row();
