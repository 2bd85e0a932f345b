-- Freezing: which tier a pack belongs to, which snapshots are frozen and until when they stay, and what nobody may change about them.

alter table pack
  -- For which it was made, as its own header says.
  add column tier text not null default 'backup' check (tier in ('backup', 'archive')),
  -- Every zone keeps the object until then; only packs of the archive are locked.
  add column locked_until timestamptz(3),
  add check ((tier = 'archive') = (locked_until is not null));

alter table object
  add column locked_until timestamptz(3),
  -- It counts no more: its copies are being deleted, then this row goes, too.
  add column deleting_at timestamptz(3),
  drop constraint object_kind_check,
  add check (kind in ('log', 'wrap', 'agent', 'source', 'manifest', 'receipt', 'header', 'sidecar'));
create index object_deleting on object (company_id, object_key) where deleting_at is not null;

alter table snapshot
  -- Both tiers count on their own: it is in the backup tier until it left, and in the archive from the freeze until it expired.
  add column backup_left_at timestamptz(3),
  add column frozen_at timestamptz(3),
  add column retain_until timestamptz(3),
  add column archive_expired_at timestamptz(3),
  add column is_kept boolean not null generated always as
    (backup_left_at is null or frozen_at is not null and archive_expired_at is null) stored,
  add check ((class is null) = (frozen_at is null)),
  add check ((class is null) = (retain_until is null)),
  add check (archive_expired_at is null or frozen_at is not null),
  -- The longest that anything is locked for (DESIGN.md section 7), and a day for what was rounded.
  add check (retain_until <= received_at + interval '3653 days');
create index snapshot_of_source on snapshot (company_id, source_id, commit) where backup_left_at is null or class is not null;

-- A legal hold: the snapshot outlives its retention until it is lifted. Rows stay, as history.
create table hold (
  company_id uuid not null,
  hold_id uuid not null,
  commit bigint not null,
  reason text not null check (length(reason) between 1 and 200),
  placed_by uuid not null,
  placed_at timestamptz(3) not null default now(),
  lifted_by uuid,
  lifted_at timestamptz(3),
  primary key (company_id, hold_id),
  foreign key (company_id, commit) references snapshot (company_id, commit),
  check ((lifted_by is null) = (lifted_at is null))
);
create index hold_open on hold (company_id, commit) where lifted_at is null;

-- What each level sets itself about freezing and keeping; what is null comes from the level above. The provider's own stands under the company id of nobody.
create table retention (
  company_id uuid not null,
  level text not null check (level in ('provider', 'company', 'machine', 'source')),
  subject_id uuid not null,
  machine_id uuid generated always as (case level when 'machine' then subject_id end) stored,
  source_id uuid generated always as (case level when 'source' then subject_id end) stored,
  freeze_after_days integer check (freeze_after_days between 1 and 365),
  daily_days integer check (daily_days between 1 and 3650),
  weekly_weeks integer check (weekly_weeks between 0 and 520),
  monthly_months integer check (monthly_months between 0 and 120),
  yearly_years integer check (yearly_years between 0 and 10),
  changed_at timestamptz(3) not null default now(),
  primary key (company_id, level, subject_id),
  foreign key (company_id, machine_id) references machine (company_id, machine_id),
  foreign key (company_id, source_id) references source (company_id, source_id),
  check (level not in ('provider', 'company') or subject_id = company_id),
  check ((level = 'provider') = (company_id = '00000000-0000-0000-0000-000000000000'))
);

-- The sweep has rounds of its own for each tier.
alter table sweep
  add column tier text not null default 'backup' check (tier in ('backup', 'archive')),
  drop constraint sweep_pkey,
  add primary key (company_id, tier);

do $$
declare made text;
begin
  foreach made in array array['hold', 'retention'] loop
    execute format('alter table %I enable row level security', made);
    execute format('alter table %I force row level security', made);
    execute format('create policy own_company on %I
      using (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)
      with check (company_id = nullif(current_setting(''holdfast.company'', true), '''')::uuid)', made);
    execute format('create policy journal_reads on %I for select to holdfast_journal using (true)', made);
    execute format('create trigger journal_made after insert or delete on %I for each row execute function journal_row()', made);
    execute format('create trigger journal_changed after update on %I for each row when (old.* is distinct from new.*)'
      ' execute function journal_row()', made);
    execute format('grant select on %I to holdfast_journal', made);
  end loop;
end $$;
create policy staff_reads on hold for select to holdfast_staff using (true);
-- Every company inherits from the provider's row.
create policy everybody_inherits on retention for select
  using (level = 'provider' and nullif(current_setting('holdfast.company', true), '') is not null);

-- [Note: What is frozen stays] No role but the owner of the tables, which nothing connects as while the service runs, can change or remove what
-- these functions protect: they hold in every statement, whoever sends it. Time is the database's own.

create function snapshot_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  ageing text[] := array['class', 'backup_left_at', 'frozen_at', 'retain_until', 'archive_expired_at', 'is_kept'];
  is_held boolean;
begin
  if tg_op = 'DELETE' then raise exception 'a snapshot is history and stays' using errcode = 'HF001'; end if;
  if to_jsonb(old) - ageing is distinct from to_jsonb(new) - ageing then
    raise exception 'what a snapshot is does not change' using errcode = 'HF001';
  end if;
  if old.frozen_at is not null and (new.frozen_at is distinct from old.frozen_at or new.class is distinct from old.class) then
    raise exception 'the snapshot is frozen' using errcode = 'HF001';
  end if;
  if old.retain_until is not null and (new.retain_until is null or new.retain_until < old.retain_until) then
    raise exception 'a frozen snapshot is kept until %', old.retain_until using errcode = 'HF001';
  end if;
  is_held := exists (select from hold h where h.company_id = old.company_id and h.commit = old.commit and h.lifted_at is null);
  if old.archive_expired_at is distinct from new.archive_expired_at and
     (old.archive_expired_at is not null or old.retain_until is null or old.retain_until > now() or is_held) then
    raise exception 'the snapshot is kept until %, or as long as a hold says', old.retain_until using errcode = 'HF001';
  end if;
  if old.backup_left_at is distinct from new.backup_left_at and
     (old.backup_left_at is not null or is_held and not new.is_kept) then
    raise exception 'the snapshot is under a hold' using errcode = 'HF001';
  end if;
  return new;
end $$;
create trigger snapshot_protected before update or delete on snapshot for each row execute function snapshot_protect();

create function hold_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then raise exception 'a hold is history and stays' using errcode = 'HF001'; end if;
  if old.lifted_at is not null or to_jsonb(old) - array['lifted_by', 'lifted_at'] is distinct from to_jsonb(new) - array['lifted_by', 'lifted_at'] then
    raise exception 'a hold can be lifted, once, and nothing else' using errcode = 'HF001';
  end if;
  return new;
end $$;
create trigger hold_protected before update or delete on hold for each row execute function hold_protect();

create function pack_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then raise exception 'a pack''s name is never used again, so its row stays' using errcode = 'HF001'; end if;
  if new.tier is distinct from old.tier or new.pack_id is distinct from old.pack_id or new.size_bytes is distinct from old.size_bytes then
    raise exception 'what a pack is does not change' using errcode = 'HF001';
  end if;
  if old.tier = 'archive' and (new.locked_until is null or new.locked_until < old.locked_until) then
    raise exception 'a lock is never shortened' using errcode = 'HF001';
  end if;
  if old.locked_until > now() and new.state is distinct from old.state and new.state in ('deleting', 'gone') then
    raise exception 'the pack is locked until %', old.locked_until using errcode = 'HF001';
  end if;
  return new;
end $$;
create trigger pack_protected before update or delete on pack for each row execute function pack_protect();

-- Where a locked pack lies and what is in it: whoever forgets that has removed it as well.
create function locked_pack_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if exists (select from pack p where p.company_id = old.company_id and p.pack_no = old.pack_no
      and p.locked_until > now() and p.state in ('live', 'quarantined')) then
    raise exception 'the pack is locked' using errcode = 'HF001';
  end if;
  return old;
end $$;
create trigger pack_presence_protected before delete on pack_presence for each row execute function locked_pack_protect();
create trigger chunk_protected before delete on chunk for each row execute function locked_pack_protect();

create function object_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
declare
  is_archived boolean := old.object_key like 'archive/%';
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(old) - array['locked_until', 'deleting_at'] is distinct from to_jsonb(new) - array['locked_until', 'deleting_at'] then
      raise exception 'what an object is does not change' using errcode = 'HF001';
    end if;
    if old.locked_until is not null and (new.locked_until is null or new.locked_until < old.locked_until) then
      raise exception 'a lock is never shortened' using errcode = 'HF001';
    end if;
    if new.deleting_at is not distinct from old.deleting_at then return new; end if;
    if old.deleting_at is not null then raise exception 'a deletion that has begun is not taken back' using errcode = 'HF001'; end if;
  elsif old.deleting_at is null then
    raise exception 'an object is deleted in the zones first' using errcode = 'HF001';
  end if;
  if old.locked_until > now() then raise exception 'the object is locked until %', old.locked_until using errcode = 'HF001'; end if;
  if old.commit is null or old.kind = 'header' then
    raise exception 'keys and headers are kept for ever' using errcode = 'HF001';
  end if;
  -- Its manifest is all that leads to a snapshot.
  if exists (select from snapshot s where s.company_id = old.company_id and s.commit = old.commit and
      case when is_archived then s.frozen_at is null or s.archive_expired_at is null
           when old.kind = 'manifest' then s.backup_left_at is null
           else s.is_kept end) then
    raise exception 'a snapshot that is kept needs the object' using errcode = 'HF001';
  end if;
  return coalesce(new, old);
end $$;
create trigger object_protected before update or delete on object for each row execute function object_protect();

create function object_presence_protect() returns trigger language plpgsql set search_path = pg_catalog, public as $$
begin
  if exists (select from object o where o.company_id = old.company_id and o.object_key = old.object_key and o.deleting_at is null) then
    raise exception 'where an object lies is forgotten only when it is deleted' using errcode = 'HF001';
  end if;
  return old;
end $$;
create trigger object_presence_protected before delete on object_presence for each row execute function object_presence_protect();

grant update (class, backup_left_at, frozen_at, retain_until, archive_expired_at) on snapshot to holdfast_worker;
grant update (locked_until) on pack to holdfast_worker;
grant update (locked_until, deleting_at) on object to holdfast_worker;
grant delete on object, object_presence to holdfast_worker;
grant select, insert on hold to holdfast_app;
grant update (lifted_by, lifted_at) on hold to holdfast_app;
grant select on hold to holdfast_worker, holdfast_staff;
grant select, insert on retention to holdfast_app;
grant update (freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years, changed_at) on retention to holdfast_app;
grant select on retention to holdfast_worker;

-- What staff see of it: which tier, until when, and what still counts.
grant select (tier, locked_until) on pack to holdfast_staff;
grant select (backup_left_at, frozen_at, retain_until, archive_expired_at, is_kept) on snapshot to holdfast_staff;
create policy staff_reads on object for select to holdfast_staff using (true);
grant select (company_id, object_key, commit, kind, deleting_at) on object to holdfast_staff;
