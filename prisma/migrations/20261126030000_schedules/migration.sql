-- When backups are due: what each level sets itself; what is null comes from the level above.

-- The provider's default stands with the provider, whom every company may read.
alter table provider
  add column schedule_cron text check (length(schedule_cron) <= 200),
  add column schedule_time_zone text check (length(schedule_time_zone) <= 64),
  add column schedule_jitter_seconds integer check (schedule_jitter_seconds between 0 and 21600),
  add column schedule_catch_up_minutes integer check (schedule_catch_up_minutes between 0 and 10080),
  add column schedule_is_paused boolean not null default false,
  -- When its timing was last changed; null while nobody has set a default.
  add column schedule_timed_at timestamptz(3),
  add check ((schedule_cron is null) = (schedule_time_zone is null));
grant update (schedule_cron, schedule_time_zone, schedule_jitter_seconds, schedule_catch_up_minutes, schedule_is_paused, schedule_timed_at)
  on provider to holdfast_app;

create table schedule (
  company_id uuid not null references company (company_id),
  level text not null check (level in ('company', 'machine', 'source')),
  -- The company, machine or source itself.
  subject_id uuid not null,
  machine_id uuid generated always as (case level when 'machine' then subject_id end) stored,
  source_id uuid generated always as (case level when 'source' then subject_id end) stored,
  cron text check (length(cron) <= 200),
  time_zone text check (length(time_zone) <= 64),
  jitter_seconds integer check (jitter_seconds between 0 and 21600),
  catch_up_minutes integer check (catch_up_minutes between 0 and 10080),
  is_paused boolean not null default false,
  -- Moves with cron and time zone alone.
  timed_at timestamptz(3) not null default now(),
  primary key (company_id, level, subject_id),
  foreign key (company_id, machine_id) references machine (company_id, machine_id),
  foreign key (company_id, source_id) references source (company_id, source_id),
  check (level <> 'company' or subject_id = company_id),
  check ((cron is null) = (time_zone is null))
);

alter table schedule enable row level security;
alter table schedule force row level security;
create policy own_company on schedule
  using (company_id = nullif(current_setting('holdfast.company', true), '')::uuid)
  with check (company_id = nullif(current_setting('holdfast.company', true), '')::uuid);

grant select, insert on schedule to holdfast_app;
grant select on schedule to holdfast_worker;
grant update (cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, timed_at) on schedule to holdfast_app;
