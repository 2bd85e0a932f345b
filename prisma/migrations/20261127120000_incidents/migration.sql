-- Incidents: what a person should know, open until it is over (docs/decisions/0030-incidents.md).

create table incident (
  -- The nil uuid for what concerns the provider as a whole: zones.
  company_id uuid not null,
  incident_id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('run_missed', 'runs_failed', 'zone_away', 'zone_behind', 'deletion_held', 'copies_lost', 'second_certificate')),
  -- Id of the source, zone, company or enrolment that it is about; never a name.
  subject text not null check (subject ~ '^[a-z0-9-]{1,64}$'),
  source_id uuid generated always as (case when kind in ('run_missed', 'runs_failed') then subject::uuid end) stored,
  -- Why, as a stable code.
  code text not null check (length(code) <= 100),
  -- How many there are, or were: missed runs, failed runs in a row, copies that are lost.
  count integer not null check (count > 0),
  opened_at timestamptz(3) not null default clock_timestamp(),
  -- When its cause was seen last.
  seen_at timestamptz(3) not null default clock_timestamp(),
  closed_at timestamptz(3),
  -- Somebody of the provider's looked at it.
  acknowledged_at timestamptz(3),
  acknowledged_by uuid,
  note text check (length(note) <= 500),
  primary key (company_id, incident_id),
  foreign key (company_id, source_id) references source (company_id, source_id),
  check ((acknowledged_at is null) = (acknowledged_by is null)),
  check (note is null or acknowledged_at is not null),
  check ((kind in ('zone_away', 'zone_behind')) = (company_id = '00000000-0000-0000-0000-000000000000'))
);
-- One of a kind and subject is open at a time.
create unique index incident_open on incident (company_id, kind, subject) where closed_at is null;

-- Since when a zone is in its state.
alter table zone add column state_since timestamptz(3) not null default now();
grant update (state_since) on zone to holdfast_app, holdfast_worker;

alter table incident enable row level security;
alter table incident force row level security;
create policy own_company on incident
  using (company_id = nullif(current_setting('holdfast.company', true), '')::uuid)
  with check (company_id = nullif(current_setting('holdfast.company', true), '')::uuid);
create policy staff_reads on incident for select to holdfast_staff using (true);
create policy journal_reads on incident for select to holdfast_journal using (true);

grant select, insert on incident to holdfast_app, holdfast_worker;
grant update (code, count, seen_at, closed_at) on incident to holdfast_app, holdfast_worker;
grant update (acknowledged_at, acknowledged_by, note) on incident to holdfast_app;
grant select on incident to holdfast_staff, holdfast_journal;
-- A second certificate names the machine that came first.
grant select (enrolment_id) on agent to holdfast_staff;

-- That a cause is still seen is no history: every minute would write a row.
create trigger journal_made after insert or delete on incident for each row execute function journal_row();
create trigger journal_changed after update of code, count, closed_at, acknowledged_at on incident
  for each row when (old.* is distinct from new.*) execute function journal_row();
