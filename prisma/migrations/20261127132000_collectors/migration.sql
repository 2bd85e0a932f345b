-- Collectors: agents that the provider runs for data which it hosts, with an owner's consent (docs/decisions/0032-collectors.md).

create table collector (
  company_id uuid not null references company (company_id),
  collector_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  -- The provider's own: a folder of the worker's machine. What is below it stands nowhere.
  path text not null check (path ~ '^/' and length(path) <= 4096),
  proposed_by uuid not null,
  proposed_at timestamptz(3) not null default now(),
  consented_by uuid,
  consented_at timestamptz(3),
  -- The enrolment that the owner's browser made for it.
  enrolment_id uuid,
  ended_by uuid,
  ended_at timestamptz(3),
  -- Why the worker can do nothing for it at the moment.
  problem text check (length(problem) <= 100),
  primary key (company_id, collector_id),
  foreign key (company_id, enrolment_id) references enrolment (company_id, enrolment_id),
  check ((consented_by is null) = (consented_at is null)),
  check ((enrolment_id is null) = (consented_at is null)),
  check ((ended_by is null) = (ended_at is null))
);
create index collector_open on collector (company_id, collector_id) where ended_at is null;

-- The link of a consent, from then until the worker has used it. A table of its own, because the journal carries whole rows into the zones, and this secret has no business there.
create table collector_link (
  company_id uuid not null,
  collector_id uuid not null,
  link text not null check (length(link) <= 2000),
  primary key (company_id, collector_id),
  foreign key (company_id, collector_id) references collector (company_id, collector_id)
);

do $$
declare made text;
begin
  foreach made in array array['collector', 'collector_link'] loop
    execute format('alter table %I enable row level security', made);
    execute format('alter table %I force row level security', made);
    execute format('create policy own_company on %I
      using (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)
      with check (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)', made);
  end loop;
end $$;
create policy staff_reads on collector for select to holdfast_staff using (true);
create policy journal_reads on collector for select to holdfast_journal using (true);

-- What was proposed and consented to does not change: whoever wants another folder proposes another collector.
grant select, insert on collector to holdfast_app;
grant update (consented_by, consented_at, enrolment_id, ended_by, ended_at) on collector to holdfast_app;
grant select on collector to holdfast_worker, holdfast_staff, holdfast_journal;
grant update (problem) on collector to holdfast_worker;
grant select, insert, delete on collector_link to holdfast_app;
grant select, delete on collector_link to holdfast_worker;

-- That the worker cannot do something at the moment is no history.
create trigger journal_made after insert or delete on collector for each row execute function journal_row();
create trigger journal_changed after update of consented_at, ended_at on collector
  for each row when (old.* is distinct from new.*) execute function journal_row();
