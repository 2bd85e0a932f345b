-- Scrubbing: every copy is read again within a stated number of days. Each copy that is confirmed to be bad is a row of its own, with the
-- snapshots that it touches, until it is good again and after.

create table scrub_round (
  company_id uuid not null references company (company_id),
  zone_id text not null references zone (zone_id),
  started_at timestamptz(3) not null default now(),
  cursor text not null check (length(cursor) <= 600),
  -- What this round has cost, and what was left of it when this was saved: bytes, and a share for each copy.
  read_bytes bigint not null check (read_bytes >= 0),
  left_bytes bigint not null check (left_bytes >= 0),
  -- When a whole round was through.
  last_full_at timestamptz(3),
  -- When there is something to read again.
  next_at timestamptz(3) not null,
  primary key (company_id, zone_id)
);
create index scrub_round_due on scrub_round (zone_id, next_at);

create table scrub_finding (
  company_id uuid not null references company (company_id),
  finding_id uuid not null default gen_random_uuid(),
  zone_id text not null references zone (zone_id),
  -- One of the two: what else lies in a zone has no number.
  pack_no bigint,
  object_key text,
  kind text not null check (kind in ('content', 'meta', 'log', 'wrap', 'agent', 'source', 'manifest', 'receipt', 'header')),
  size_bytes bigint not null check (size_bytes >= 0),
  code text not null check (length(code) <= 100),
  found_at timestamptz(3) not null default now(),
  -- A good copy is there again.
  healed_at timestamptz(3),
  -- Commit numbers of the snapshots that reach it; null until they were looked for. More than those where something could not be read.
  touched bigint[],
  is_exact boolean not null default false,
  traced_at timestamptz(3),
  primary key (company_id, finding_id),
  foreign key (company_id, pack_no) references pack (company_id, pack_no),
  check ((pack_no is null) <> (object_key is null))
);
-- A copy that is bad is found once, until it is good again.
create unique index scrub_finding_open_pack on scrub_finding (company_id, zone_id, pack_no) where healed_at is null;
create unique index scrub_finding_open_object on scrub_finding (company_id, zone_id, object_key) where healed_at is null;
create index scrub_finding_untraced on scrub_finding (company_id) where not is_exact;

do $$
declare table_name text;
begin
  foreach table_name in array array['scrub_round', 'scrub_finding'] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format(
      'create policy own_company on %I using (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)'
      ' with check (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)',
      table_name);
    execute format('create policy staff_reads on %I for select to holdfast_staff using (true)', table_name);
  end loop;
end $$;

grant select, insert on scrub_round, scrub_finding to holdfast_app, holdfast_worker;
grant update (started_at, cursor, read_bytes, left_bytes, last_full_at, next_at) on scrub_round to holdfast_app, holdfast_worker;
grant update (healed_at, touched, is_exact, traced_at) on scrub_finding to holdfast_app, holdfast_worker;
grant select on scrub_round, scrub_finding to holdfast_staff;
-- A finding names its pack.
grant select (pack_id) on pack to holdfast_staff;
