-- The journal: what the rows of history are, carried to the zones (docs/decisions/0027-journal.md).
--
-- A trigger writes the image of every row of history that changes into the outbox, in the same transaction. A worker takes what is
-- waiting there into numbered, hash-chained segments and stores these in every zone. `journal_*` belong to no company: a segment holds
-- rows of all of them, and only the role `holdfast_journal` may look inside.

do $$
begin
  if not pg_has_role('holdfast_worker', 'holdfast_journal', 'set') then
    raise exception 'the role holdfast_journal is missing: see server/db/embedded/roles.ts';
  end if;
end $$;

-- Number of the segment that a row was taken into; null while it waits.
alter table outbox add column segment bigint;
create index outbox_waiting on outbox (seq) where segment is null;
-- What can be forgotten once it is shipped.
create index outbox_taken on outbox (segment) where segment is not null;
-- What keeps a watermark back.
create index outbox_snapshot on outbox (company_id, seq) where kind = 'row' and payload ->> 'table' = 'snapshot';

create table journal_head (
  head_id smallint primary key default 1 check (head_id = 1),
  -- Of the history that this database writes, as `control/term-<n>` says it in the zones.
  term integer not null default 1 check (term > 0),
  -- Of the last segment; 0 and 32 zero bytes before the first.
  number bigint not null default 0,
  hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(hash) = 32),
  -- First segment that the newest complete base needs, and when the base was begun. Null before the first.
  base_number bigint,
  based_at timestamptz(3)
);
insert into journal_head default values;

create table journal_segment (
  number bigint primary key check (number > 0),
  object_key text not null check (length(object_key) <= 512),
  -- 2 MiB, and one row more.
  bytes bytea not null check (octet_length(bytes) <= 4194304),
  created_at timestamptz(3) not null default now()
);

create table journal_zone (
  zone_id text primary key references zone (zone_id),
  -- Every segment up to this one is durable in the zone.
  shipped bigint not null default 0,
  -- Whether the last try succeeded: an acknowledgement waits for the zones that can be reached.
  is_reachable boolean not null default true,
  tried_at timestamptz(3) not null default now()
);

-- Which tables are history; server/db/journal-tables.ts says the same to the code, and a test compares the two.
create function journal_row() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  company uuid;
  image jsonb;
begin
  image := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  company := coalesce((image ->> 'company_id')::uuid, '00000000-0000-0000-0000-000000000000');
  insert into public.outbox (company_id, kind, payload)
  values (company, case tg_op when 'DELETE' then 'row_removed' else 'row' end,
    jsonb_build_object('table', tg_table_name, 'row', image));
  return null;
end $$;

do $$
declare
  entry text[];
begin
  foreach entry slice 1 in array array[
    -- Columns that move all the time, and can be worked out again, are left out: seen, heartbeats, counters.
    ['provider', ''], ['person', ''], ['invitation', ''], ['member_blob', ''], ['object', ''], ['key_object', ''], ['enrolment', ''],
    ['source', ''], ['schedule', ''], ['commit_number', ''], ['snapshot', ''], ['audit', ''], ['agent', ''],
    ['company', 'of name, root_fingerprint, log_number, log_hash'],
    ['machine', 'of name'],
    ['run', 'of ended_at, outcome, code, snapshot_id, cancel_requested_at'],
    ['pack', '']
  ] loop
    execute format('create trigger journal_made after insert or delete on %I for each row execute function journal_row()', entry[1]);
    execute format('create trigger journal_changed after update %s on %I for each row when (old.* is distinct from new.*)'
      ' execute function journal_row()', entry[2], entry[1]);
    execute format('grant select on %I to holdfast_journal', entry[1]);
  end loop;
end $$;

-- `provider` has no company and no row-level security; all the others let the journal read every row, for its bases.
do $$
declare
  name text;
begin
  foreach name in array array['person', 'invitation', 'member_blob', 'object', 'key_object', 'enrolment', 'source', 'schedule',
    'commit_number', 'snapshot', 'audit', 'agent', 'company', 'machine', 'run', 'pack'] loop
    execute format('create policy journal_reads on %I for select to holdfast_journal using (true)', name);
  end loop;
end $$;
create policy journal_takes on outbox for all to holdfast_journal using (true) with check (true);

grant usage on schema public to holdfast_journal;
grant select, insert, delete on outbox to holdfast_journal;
grant update (segment) on outbox to holdfast_journal;
grant select, update on journal_head to holdfast_journal;
grant select, insert, delete on journal_segment to holdfast_journal;
grant select, insert, update on journal_zone to holdfast_journal;
grant select on zone to holdfast_journal;
-- How far its own rows are safe, each company may know.
grant select on journal_zone to holdfast_app, holdfast_worker;
-- Who writes into a zone must know which history it writes.
grant select (term) on journal_head to holdfast_app, holdfast_worker;
