-- The sweep: in which round a pack was quarantined and who might have counted on it, and what is marked while it looks.

alter table pack
  -- Null until the round that quarantined it has seen which runs were open then; without it nothing is deleted.
  add column quarantine_round bigint,
  -- The greatest fencing token of a run that was open then: only when all of them have ended may the pack go.
  add column quarantine_token bigint,
  -- Its objects were deleted in every zone in this round; its ids in the index are next.
  add column deleted_round bigint,
  -- Number of the pack that got those of its frames which were reached, because they were few. What lies there counts no more for this one.
  add column repacked_into bigint,
  add check ((quarantine_round is null) = (quarantine_token is null)),
  add check (quarantine_round is null or state <> 'live'),
  add check (repacked_into <> pack_no),
  add check (deleted_round is null or state in ('deleting', 'gone'));

-- One row a company: the round under way, or the last one.
create table sweep (
  company_id uuid primary key references company (company_id),
  round bigint not null,
  begun_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  -- Sooner than the schedule says, because deletion was held up.
  retry_at timestamptz(3),
  -- Why nothing was deleted: a code, and what it is about.
  held_code text check (length(held_code) <= 100),
  held_detail text check (length(held_detail) <= 1000)
);

-- What has been marked, by job (`sweep`, or `sweep-plan` of a dry run). Scratch: cleared when a round begins.
create table sweep_page (
  company_id uuid not null,
  job text not null,
  machine_id uuid not null,
  scope integer not null,
  page_id bytea not null check (octet_length(page_id) = 32),
  -- A pack of this machine that holds it: pages of one pack are entered together.
  pack_no bigint not null,
  -- Its children are marked.
  is_entered boolean not null default false,
  primary key (company_id, job, machine_id, scope, page_id)
);
create index sweep_page_open on sweep_page (company_id, job, pack_no) where not is_entered;
create table sweep_live (
  company_id uuid not null,
  job text not null,
  pack_no bigint not null,
  -- Something in this frame is reached.
  frame integer not null,
  primary key (company_id, job, pack_no, frame)
);

do $$
declare made text;
begin
  foreach made in array array['sweep', 'sweep_page', 'sweep_live'] loop
    execute format('alter table %I enable row level security', made);
    execute format('alter table %I force row level security', made);
    execute format('create policy own_company on %I
      using (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)
      with check (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)', made);
  end loop;
end $$;
-- The worker looks across companies for whose turn it is; staff see what holds deletion up.
create policy staff_reads on sweep for select to holdfast_staff using (true);

grant select on sweep, sweep_page, sweep_live to holdfast_app, holdfast_worker;
grant select on sweep to holdfast_staff;
grant insert, update (round, begun_at, finished_at, retry_at, held_code, held_detail) on sweep to holdfast_worker;
grant insert, update (is_entered), delete on sweep_page to holdfast_worker;
grant insert, delete on sweep_live to holdfast_worker;
grant update (quarantine_round, quarantine_token, deleted_round, repacked_into) on pack to holdfast_app, holdfast_worker;
-- Where packs are gone, where they were and what they held goes, too. The packs' own rows stay, so that no name is used twice.
grant delete on pack_presence, chunk to holdfast_worker;
