-- The spine: tenants, keys, runs, packs, snapshots, and who may see which row.
--
-- Runs as holdfast_owner. Every table that belongs to a company has company_id as its first column and first key
-- column, row-level security enabled AND forced, and one policy: the company set for this transaction. The provider's
-- own rows (staff, their sessions, provider-wide jobs) stand under the nil uuid, so that no column is null and no rule
-- has an exception; no company can have that id.

-- Roles -------------------------------------------------------------------------------------------------------------

-- Made, with their grants to each other, before the first migration (server/db/embedded/roles.ts), because only a
-- superuser may. Another deployment's administrator does the same by hand; here we only check.
do $$
begin
  if not pg_has_role('holdfast_app', 'holdfast_staff', 'set')
    or not pg_has_role('holdfast_worker', 'holdfast_staff', 'set')
    or not pg_has_role(current_user, 'holdfast_lookup', 'set') then
    raise exception 'the roles are not complete: see server/db/embedded/roles.ts';
  end if;
  if pg_has_role('holdfast_app', 'holdfast_staff', 'usage') then
    raise exception 'holdfast_app inherits holdfast_staff and would see every company: grant it with inherit false, set true';
  end if;
end $$;

-- Provider ----------------------------------------------------------------------------------------------------------

create table provider (
  provider_id smallint primary key default 1 check (provider_id = 1),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz(3) not null default now()
);

create table zone (
  zone_id text primary key check (zone_id ~ '^[a-z0-9-]{1,64}$'),
  ordinal integer not null unique check (ordinal between 1 and 16),
  kind text not null check (kind in ('fs', 's3', 'memory')),
  state text not null default 'healthy' check (state in ('healthy', 'unreachable', 'catching_up')),
  probed_at timestamptz(3),
  latency_ms double precision,
  free_bytes bigint,
  total_bytes bigint,
  error_code text
);

-- Companies and people ----------------------------------------------------------------------------------------------

create table company (
  company_id uuid primary key check (company_id <> '00000000-0000-0000-0000-000000000000'),
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz(3) not null default now(),
  root_fingerprint bytea check (octet_length(root_fingerprint) = 32),
  -- Head of the company log; -1 before it begins.
  log_number integer not null default -1,
  log_hash bytea,
  -- Taken and moved under this row's lock.
  next_commit bigint not null default 1,
  last_commit bigint not null default 0,
  publications bigint not null default 0,
  closure_generation integer not null default 1,
  last_snapshot_at timestamptz(3)
);

create table person (
  company_id uuid not null,
  person_id uuid not null unique,
  kind text not null check (kind in ('staff', 'member')),
  role text not null,
  email text not null unique check (email = lower(email) and length(email) between 3 and 320),
  password_hash text not null,
  created_at timestamptz(3) not null default now(),
  primary key (company_id, person_id),
  check ((kind = 'staff') = (company_id = '00000000-0000-0000-0000-000000000000')),
  check (case kind when 'staff' then role in ('admin', 'operator', 'auditor') else role in ('owner', 'restorer', 'viewer') end)
);

create table session (
  company_id uuid not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  person_id uuid not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  primary key (company_id, token_hash),
  foreign key (company_id, person_id) references person (company_id, person_id)
);

create table invitation (
  company_id uuid not null references company (company_id),
  invitation_id uuid not null unique,
  email text not null check (email = lower(email) and length(email) between 3 and 320),
  role text not null check (role in ('owner', 'restorer', 'viewer')),
  auth_hash bytea not null check (octet_length(auth_hash) = 32),
  created_by uuid not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  primary key (company_id, invitation_id)
);

create table member_blob (
  company_id uuid not null,
  person_id uuid not null,
  blob bytea not null check (octet_length(blob) <= 4096),
  created_at timestamptz(3) not null default now(),
  primary key (company_id, person_id),
  foreign key (company_id, person_id) references person (company_id, person_id)
);

-- Objects of a zone that are not packs, and where they are -----------------------------------------------------------

create table object (
  company_id uuid not null references company (company_id),
  object_key text not null check (object_key ~ '^[a-z0-9/.-]+$' and length(object_key) <= 512),
  kind text not null check (kind in ('log', 'wrap', 'agent', 'source', 'manifest', 'receipt', 'header')),
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 bytea not null check (octet_length(sha256) = 32),
  -- For manifest, receipt and header: the snapshot's commit number.
  commit bigint,
  created_at timestamptz(3) not null default now(),
  primary key (company_id, object_key)
);
create index object_commit on object (company_id, commit) where commit is not null;

-- A row for every object and zone, from the start: what is not present is the work list of replication.
create table object_presence (
  company_id uuid not null,
  object_key text not null,
  zone_id text not null references zone (zone_id),
  state text not null check (state in ('present', 'suspect', 'missing')),
  verified_at timestamptz(3),
  primary key (company_id, object_key, zone_id),
  foreign key (company_id, object_key) references object (company_id, object_key)
);
create index object_presence_lacking on object_presence (company_id, zone_id, object_key) where state <> 'present';

-- Signed and sealed bytes, kept as they came and never re-encoded.
create table key_object (
  company_id uuid not null,
  kind text not null check (kind in ('log', 'wrap', 'agent', 'source')),
  number integer not null check (number >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  -- The source of a definition, the agent of a certificate; the nil uuid for log and wraps.
  subject_id uuid not null default '00000000-0000-0000-0000-000000000000',
  object_key text not null,
  bytes bytea not null check (octet_length(bytes) <= 262144),
  created_at timestamptz(3) not null default now(),
  primary key (company_id, kind, subject_id, number),
  unique (company_id, object_key),
  foreign key (company_id, object_key) references object (company_id, object_key)
);

-- Enrolments, machines, agents, sources -------------------------------------------------------------------------------

create table enrolment (
  company_id uuid not null references company (company_id),
  enrolment_id uuid not null unique,
  -- Sealed under the link's secret; deleted on use.
  payload bytea check (octet_length(payload) <= 65536),
  enrolment_public_key bytea not null check (octet_length(enrolment_public_key) = 32),
  machine_name_hint text,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  used_at timestamptz(3),
  agent_id uuid,
  primary key (company_id, enrolment_id)
);

create table machine (
  company_id uuid not null references company (company_id),
  machine_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  enrolled_at timestamptz(3) not null default now(),
  last_seen_at timestamptz(3),
  last_snapshot_at timestamptz(3),
  primary key (company_id, machine_id)
);

create table agent (
  company_id uuid not null,
  agent_id uuid not null unique,
  machine_id uuid not null,
  enrolment_id uuid not null,
  cert_hash bytea not null check (octet_length(cert_hash) = 32),
  sign_public_key bytea not null check (octet_length(sign_public_key) = 32),
  box_public_key bytea not null check (octet_length(box_public_key) = 32),
  -- Of the last published manifest: the chain that the next one continues.
  last_sequence bigint not null default 0,
  last_header bytea,
  last_header_hash bytea,
  created_at timestamptz(3) not null default now(),
  revoked_at timestamptz(3),
  primary key (company_id, agent_id),
  unique (company_id, cert_hash),
  unique (company_id, enrolment_id),
  foreign key (company_id, machine_id) references machine (company_id, machine_id),
  foreign key (company_id, enrolment_id) references enrolment (company_id, enrolment_id)
);

-- Nonces that an agent has shown, for as long as a request with them could be played again.
create table agent_nonce (
  company_id uuid not null,
  agent_id uuid not null,
  nonce bytea not null check (octet_length(nonce) = 16),
  expires_at timestamptz(3) not null,
  primary key (company_id, agent_id, nonce)
);

create table source (
  company_id uuid not null,
  source_id uuid not null,
  machine_id uuid not null,
  agent_id uuid not null,
  kind text not null check (kind in ('files')),
  ordinal integer not null check (ordinal between 1 and 100000),
  number integer not null check (number >= 0),
  definition bytea not null,
  created_at timestamptz(3) not null default now(),
  changed_at timestamptz(3) not null default now(),
  primary key (company_id, source_id),
  unique (company_id, machine_id, kind, ordinal),
  foreign key (company_id, machine_id) references machine (company_id, machine_id),
  foreign key (company_id, agent_id) references agent (company_id, agent_id)
);

-- Runs ----------------------------------------------------------------------------------------------------------------

create sequence fencing_token as bigint;

create table run (
  company_id uuid not null,
  run_id uuid not null,
  client_run_id uuid not null,
  agent_id uuid not null,
  machine_id uuid not null,
  source_id uuid not null,
  zone_id text not null references zone (zone_id),
  fencing_token bigint not null,
  lease_until timestamptz(3) not null,
  heartbeat_at timestamptz(3) not null default now(),
  started_at timestamptz(3) not null default now(),
  ended_at timestamptz(3),
  outcome text check (outcome in ('complete', 'complete_with_gaps', 'failed', 'missed', 'cancelled')),
  code text check (length(code) <= 100),
  files bigint not null default 0,
  bytes bigint not null default 0,
  stored_bytes bigint not null default 0,
  cancel_requested_at timestamptz(3),
  snapshot_id text check (snapshot_id ~ '^[0-9a-f]{32}$'),
  primary key (company_id, run_id),
  unique (company_id, agent_id, client_run_id),
  foreign key (company_id, source_id) references source (company_id, source_id),
  foreign key (company_id, agent_id) references agent (company_id, agent_id),
  foreign key (company_id, machine_id) references machine (company_id, machine_id),
  check ((ended_at is null) = (outcome is null))
);
-- One writer per source.
create unique index run_open on run (company_id, source_id) where ended_at is null;
create index run_machine on run (company_id, machine_id, run_id desc);
create index run_source on run (company_id, source_id, run_id desc);
create index run_open_lease on run (lease_until) where ended_at is null;

-- Packs and the chunk index -------------------------------------------------------------------------------------------

create table pack (
  company_id uuid not null references company (company_id),
  -- Small, because every chunk row repeats it.
  pack_no bigint not null generated always as identity,
  pack_id bytea not null check (octet_length(pack_id) = 32),
  kind text not null check (kind in ('content', 'meta')),
  scope integer not null,
  size_bytes integer not null check (size_bytes between 48 and 33554432),
  directory_offset integer not null,
  directory_size integer not null,
  state text not null default 'live' check (state in ('live', 'quarantined', 'deleting', 'gone')),
  machine_id uuid not null,
  run_id uuid not null,
  created_at timestamptz(3) not null default now(),
  quarantined_at timestamptz(3),
  primary key (company_id, pack_no),
  unique (company_id, pack_id),
  foreign key (company_id, run_id) references run (company_id, run_id)
);
create index pack_run on pack (company_id, run_id, pack_no);

create table pack_presence (
  company_id uuid not null,
  pack_no bigint not null,
  zone_id text not null references zone (zone_id),
  state text not null check (state in ('present', 'suspect', 'missing')),
  verified_at timestamptz(3),
  code text check (length(code) <= 100),
  primary key (company_id, pack_no, zone_id),
  foreign key (company_id, pack_no) references pack (company_id, pack_no)
);
create index pack_presence_lacking on pack_presence (company_id, zone_id, pack_no) where state <> 'present';

-- Where every chunk and page lies; several copies of an id may exist. No foreign keys: a row is written only together
-- with its pack, 10,000 at a time, and a check per row would cost more than the row.
create table chunk (
  company_id uuid not null,
  scope integer not null,
  chunk_id bytea not null,
  pack_no bigint not null,
  frame integer not null,
  kind smallint not null,
  primary key (company_id, scope, chunk_id, pack_no)
) partition by hash (company_id);

do $$
begin
  for part in 0..15 loop
    execute format('create table chunk_%s partition of chunk for values with (modulus 16, remainder %s)', part, part);
  end loop;
end $$;

-- Pages below which everything was present in a zone, in one closure generation of the company. By machine, because a
-- page counts only as the machine itself uploaded it. Rows of older generations mean nothing.
create table closed_page (
  company_id uuid not null,
  machine_id uuid not null,
  zone_id text not null,
  scope integer not null,
  page_id bytea not null,
  generation integer not null,
  primary key (company_id, machine_id, zone_id, scope, page_id)
);

-- Snapshots -----------------------------------------------------------------------------------------------------------

create table commit_number (
  company_id uuid not null references company (company_id),
  commit bigint not null check (commit > 0),
  run_id uuid not null,
  snapshot_id text not null check (snapshot_id ~ '^[0-9a-f]{32}$'),
  state text not null default 'reserved' check (state in ('reserved', 'published', 'void')),
  received_at timestamptz(3) not null,
  reason text check (length(reason) <= 200),
  primary key (company_id, commit),
  foreign key (company_id, run_id) references run (company_id, run_id)
);
create unique index commit_number_open on commit_number (company_id, run_id) where state = 'reserved';
create unique index commit_number_snapshot on commit_number (company_id, snapshot_id) where state = 'published';

create table snapshot (
  company_id uuid not null,
  commit bigint not null,
  snapshot_id text not null check (snapshot_id ~ '^[0-9a-f]{32}$'),
  scope integer not null,
  agent_id uuid not null,
  machine_id uuid not null,
  source_id uuid not null,
  run_id uuid not null,
  zone_id text not null references zone (zone_id),
  sequence bigint not null check (sequence > 0),
  header_hash bytea not null check (octet_length(header_hash) = 32),
  header bytea not null check (octet_length(header) <= 4096),
  top_page_id bytea not null check (octet_length(top_page_id) = 32),
  change_list_id bytea not null check (octet_length(change_list_id) = 32),
  epoch integer not null,
  started_at timestamptz(3) not null,
  ended_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  outcome text not null check (outcome in ('complete', 'complete_with_gaps')),
  entries bigint not null,
  files bigint not null,
  bytes bigint not null,
  gaps bigint not null,
  manifest_size integer not null,
  manifest_sha256 bytea not null check (octet_length(manifest_sha256) = 32),
  -- Greatest pack number of the company when this became visible: all that it reaches lies at or below.
  pack_high bigint not null,
  -- Chosen when it is frozen.
  class text check (class in ('daily', 'weekly', 'monthly', 'yearly')),
  primary key (company_id, commit),
  unique (company_id, snapshot_id),
  unique (company_id, agent_id, sequence),
  check ((outcome = 'complete') = (gaps = 0)),
  foreign key (company_id, commit) references commit_number (company_id, commit),
  foreign key (company_id, source_id) references source (company_id, source_id),
  foreign key (company_id, run_id) references run (company_id, run_id)
);
create index snapshot_machine on snapshot (company_id, machine_id, commit desc);
create index snapshot_source on snapshot (company_id, source_id, commit desc);

create table watermark (
  company_id uuid not null references company (company_id),
  zone_id text not null references zone (zone_id),
  commit bigint not null default 0,
  moved_at timestamptz(3) not null default now(),
  primary key (company_id, zone_id)
);

-- Journal, audit, jobs --------------------------------------------------------------------------------------------------

-- Written in every transaction that changes something. `xact` tells a reader which rows below it may still appear.
create table outbox (
  company_id uuid not null,
  seq bigint not null generated always as identity,
  xact xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null default now(),
  kind text not null,
  payload jsonb not null,
  primary key (company_id, seq)
);
create index outbox_order on outbox (seq);

create table audit (
  company_id uuid not null,
  audit_id uuid not null,
  at timestamptz(3) not null default now(),
  person_id uuid,
  action text not null check (length(action) <= 100),
  details jsonb not null,
  primary key (company_id, audit_id)
);

create table job (
  company_id uuid not null,
  name text not null check (length(name) <= 200),
  owner text,
  fencing_token bigint not null default 0,
  lease_until timestamptz(3),
  cursor text check (length(cursor) <= 10000),
  primary key (company_id, name)
);

-- Row-level security ------------------------------------------------------------------------------------------------------

do $$
declare table_name text;
begin
  foreach table_name in array array[
    'company', 'person', 'session', 'invitation', 'member_blob', 'object', 'object_presence', 'key_object', 'enrolment',
    'machine', 'agent', 'agent_nonce', 'source', 'run', 'pack', 'pack_presence', 'chunk', 'closed_page', 'commit_number',
    'snapshot', 'watermark', 'outbox', 'audit', 'job'
  ] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format(
      'create policy own_company on %I using (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)'
      ' with check (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)',
      table_name);
  end loop;
  -- Partitions are reached through their parent alone.
  for part in 0..15 loop
    execute format('alter table chunk_%s enable row level security', part);
    execute format('alter table chunk_%s force row level security', part);
  end loop;
end $$;

-- Staff read across companies, and only the columns that the portal shows them: no sealed payload, no password, no key.
do $$
declare table_name text;
begin
  foreach table_name in array array['company', 'machine', 'agent', 'source', 'run', 'snapshot', 'commit_number', 'pack',
    'pack_presence', 'object_presence', 'watermark', 'job'] loop
    execute format('create policy staff_reads on %I for select to holdfast_staff using (true)', table_name);
  end loop;
end $$;

grant usage on schema public to holdfast_app, holdfast_worker, holdfast_staff, holdfast_lookup;

grant select on provider, zone to holdfast_staff;
grant select (company_id, name, created_at, root_fingerprint, next_commit, last_commit, last_snapshot_at) on company to holdfast_staff;
grant select on machine, run, watermark to holdfast_staff;
grant select (company_id, agent_id, machine_id, created_at, revoked_at) on agent to holdfast_staff;
grant select (company_id, source_id, machine_id, kind, ordinal, number, created_at, changed_at) on source to holdfast_staff;
grant select (company_id, commit, snapshot_id, scope, agent_id, machine_id, source_id, run_id, zone_id, sequence, started_at, ended_at,
  received_at, outcome, entries, files, bytes, gaps, manifest_size, class) on snapshot to holdfast_staff;
grant select (company_id, commit, state) on commit_number to holdfast_staff;
grant select (company_id, pack_no, size_bytes, state, kind) on pack to holdfast_staff;
grant select (company_id, pack_no, zone_id, state) on pack_presence to holdfast_staff;
grant select (company_id, object_key, zone_id, state) on object_presence to holdfast_staff;
grant select (company_id, name, lease_until) on job to holdfast_staff;

-- What is history is inserted and read; nobody but the owner of the schema updates or deletes it.
grant select, insert on
  company, person, session, invitation, member_blob, object, object_presence, key_object, enrolment, machine, agent,
  agent_nonce, source, run, pack, pack_presence, chunk, closed_page, commit_number, snapshot, watermark, outbox, audit,
  job, provider, zone to holdfast_app, holdfast_worker;
grant update (name) on provider to holdfast_app, holdfast_worker;
grant update (ordinal, kind, state, probed_at, latency_ms, free_bytes, total_bytes, error_code) on zone to holdfast_app, holdfast_worker;
grant update (root_fingerprint, log_number, log_hash, next_commit, last_commit, publications, closure_generation, last_snapshot_at)
  on company to holdfast_app, holdfast_worker;
grant update (used_at) on invitation to holdfast_app;
grant update (payload, used_at, agent_id) on enrolment to holdfast_app;
grant update (last_seen_at, last_snapshot_at) on machine to holdfast_app;
grant update (last_sequence, last_header, last_header_hash, revoked_at) on agent to holdfast_app;
grant update (agent_id, number, definition, changed_at) on source to holdfast_app;
grant update (lease_until, heartbeat_at, ended_at, outcome, code, files, bytes, stored_bytes, cancel_requested_at, snapshot_id)
  on run to holdfast_app, holdfast_worker;
grant update (state, quarantined_at) on pack to holdfast_app, holdfast_worker;
grant update (state, verified_at, code) on pack_presence to holdfast_app, holdfast_worker;
grant update (state, verified_at) on object_presence to holdfast_app, holdfast_worker;
grant update (generation) on closed_page to holdfast_app;
grant update (state, reason) on commit_number to holdfast_app, holdfast_worker;
grant update (commit, moved_at) on watermark to holdfast_app, holdfast_worker;
grant update (owner, fencing_token, lease_until, cursor) on job to holdfast_app, holdfast_worker;
grant delete on session, agent_nonce to holdfast_app;
grant usage on sequence fencing_token to holdfast_app, holdfast_worker;

-- Look-ups before the company is known --------------------------------------------------------------------------------------
-- Each answers for one exact, unguessable or typed-in name. They belong to a role that can read these columns and
-- nothing else, so that forced row-level security keeps holding for everybody, the schema's owner included.

grant select on person, session, invitation, enrolment, agent to holdfast_lookup;
grant select (company_id, name) on company to holdfast_lookup;
grant select (provider_id, name) on provider to holdfast_lookup;
grant delete on session to holdfast_lookup;

do $$
declare table_name text;
begin
  foreach table_name in array array['person', 'session', 'invitation', 'enrolment', 'agent', 'company'] loop
    execute format('create policy look_up on %I for select to holdfast_lookup using (true)', table_name);
  end loop;
end $$;
create policy look_up_end on session for delete to holdfast_lookup using (true);

create function find_person_by_email(wanted_email text)
  returns table (company_id uuid, person_id uuid, kind text, role text, email text, password_hash text)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select p.company_id, p.person_id, p.kind, p.role, p.email, p.password_hash
        from public.person p where p.email = lower(wanted_email) $$;

create function find_session(wanted_hash bytea)
  returns table (company_id uuid, person_id uuid, kind text, role text, email text, expires_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select s.company_id, p.person_id, p.kind, p.role, p.email, s.expires_at
        from public.session s join public.person p on p.company_id = s.company_id and p.person_id = s.person_id
        where s.token_hash = wanted_hash and s.expires_at > now() $$;

create function end_session(wanted_hash bytea) returns void
  language sql volatile security definer set search_path = pg_catalog, public
  as $$ delete from public.session s where s.token_hash = wanted_hash $$;

create function find_invitation(wanted_id uuid)
  returns table (company_id uuid, invitation_id uuid, company_name text, provider_name text, email text, role text,
    auth_hash bytea, expires_at timestamptz, is_used boolean, is_expired boolean)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select i.company_id, i.invitation_id, c.name, coalesce((select p.name from public.provider p), ''), i.email, i.role,
               i.auth_hash, i.expires_at, i.used_at is not null, i.expires_at <= now()
        from public.invitation i join public.company c on c.company_id = i.company_id where i.invitation_id = wanted_id $$;

create function find_enrolment(wanted_id uuid)
  returns table (company_id uuid, enrolment_id uuid, payload bytea, enrolment_public_key bytea, expires_at timestamptz,
    machine_name_hint text, is_used boolean, is_expired boolean)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select e.company_id, e.enrolment_id, e.payload, e.enrolment_public_key, e.expires_at, e.machine_name_hint,
               e.used_at is not null, e.expires_at <= now()
        from public.enrolment e where e.enrolment_id = wanted_id $$;

create function find_agent(wanted_id uuid)
  returns table (company_id uuid, agent_id uuid, machine_id uuid, sign_public_key bytea, box_public_key bytea,
    cert_hash bytea, last_sequence bigint, last_header bytea, last_header_hash bytea, is_revoked boolean)
  language sql stable security definer set search_path = pg_catalog, public
  as $$ select a.company_id, a.agent_id, a.machine_id, a.sign_public_key, a.box_public_key, a.cert_hash, a.last_sequence,
               a.last_header, a.last_header_hash, a.revoked_at is not null
        from public.agent a where a.agent_id = wanted_id $$;

-- A function's new owner needs the right to create in its schema, for this moment alone.
grant create on schema public to holdfast_lookup;
do $$
declare look_up text;
begin
  foreach look_up in array array['find_person_by_email(text)', 'find_session(bytea)', 'end_session(bytea)',
    'find_invitation(uuid)', 'find_enrolment(uuid)', 'find_agent(uuid)'] loop
    execute format('revoke all on function %s from public', look_up);
    execute format('grant execute on function %s to holdfast_app', look_up);
    execute format('alter function %s owner to holdfast_lookup', look_up);
  end loop;
end $$;
revoke create on schema public from holdfast_lookup;

-- The queue keeps its tables in a schema of its own, which belongs to the worker.
create schema if not exists pgboss;
grant all on schema pgboss to holdfast_worker;
