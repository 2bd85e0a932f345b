-- The schema after all migrations, read from the database's catalogs: the diff shows what a migration did. Renewed by
-- HOLDFAST_RENEW_SCHEMA=1 npm test -- server/db/schema-file

create sequence fencing_token as bigint;
grant usage on sequence fencing_token to holdfast_app;
grant usage on sequence fencing_token to holdfast_worker;

create table agent (
  company_id uuid not null,
  agent_id uuid not null,
  machine_id uuid not null,
  enrolment_id uuid not null,
  cert_hash bytea not null,
  sign_public_key bytea not null,
  box_public_key bytea not null,
  last_sequence bigint not null default 0,
  last_header bytea,
  last_header_hash bytea,
  created_at timestamp(3) with time zone not null default now(),
  revoked_at timestamp(3) with time zone,
  constraint agent_pkey PRIMARY KEY (company_id, agent_id),
  constraint agent_agent_id_key UNIQUE (agent_id),
  constraint agent_company_id_cert_hash_key UNIQUE (company_id, cert_hash),
  constraint agent_company_id_enrolment_id_key UNIQUE (company_id, enrolment_id),
  constraint agent_company_id_enrolment_id_fkey FOREIGN KEY (company_id, enrolment_id) REFERENCES enrolment(company_id, enrolment_id),
  constraint agent_company_id_machine_id_fkey FOREIGN KEY (company_id, machine_id) REFERENCES machine(company_id, machine_id),
  constraint agent_box_public_key_check CHECK ((octet_length(box_public_key) = 32)),
  constraint agent_cert_hash_check CHECK ((octet_length(cert_hash) = 32)),
  constraint agent_sign_public_key_check CHECK ((octet_length(sign_public_key) = 32))
);
alter table agent owner to holdfast_owner;
alter table agent enable row level security;
alter table agent force row level security;
create policy journal_reads on agent as permissive for select to holdfast_journal using (true);
create policy look_up on agent as permissive for select to holdfast_lookup using (true);
create policy own_company on agent as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on agent as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.agent FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.agent FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (last_sequence, last_header, last_header_hash, revoked_at) on agent to holdfast_app;
grant select on agent to holdfast_journal;
grant select on agent to holdfast_lookup;
grant select (company_id, agent_id, machine_id, enrolment_id, created_at, revoked_at) on agent to holdfast_staff;
grant insert, select on agent to holdfast_worker;

create table agent_nonce (
  company_id uuid not null,
  agent_id uuid not null,
  nonce bytea not null,
  expires_at timestamp(3) with time zone not null,
  constraint agent_nonce_pkey PRIMARY KEY (company_id, agent_id, nonce),
  constraint agent_nonce_nonce_check CHECK ((octet_length(nonce) = 16))
);
alter table agent_nonce owner to holdfast_owner;
alter table agent_nonce enable row level security;
alter table agent_nonce force row level security;
create policy own_company on agent_nonce as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant delete, insert, select on agent_nonce to holdfast_app;
grant insert, select on agent_nonce to holdfast_worker;

create table audit (
  company_id uuid not null,
  audit_id uuid not null,
  at timestamp(3) with time zone not null default now(),
  person_id uuid,
  action text not null,
  details jsonb not null,
  constraint audit_pkey PRIMARY KEY (company_id, audit_id),
  constraint audit_action_check CHECK ((length(action) <= 100))
);
alter table audit owner to holdfast_owner;
alter table audit enable row level security;
alter table audit force row level security;
create policy journal_reads on audit as permissive for select to holdfast_journal using (true);
create policy own_company on audit as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.audit FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select on audit to holdfast_app;
grant select on audit to holdfast_journal;
grant insert, select on audit to holdfast_worker;

create table chunk (
  company_id uuid not null,
  scope integer not null,
  chunk_id bytea not null,
  pack_no bigint not null,
  frame integer not null,
  kind smallint not null,
  constraint chunk_pkey PRIMARY KEY (company_id, scope, chunk_id, pack_no)
) partition by HASH (company_id);
alter table chunk owner to holdfast_owner;
alter table chunk enable row level security;
alter table chunk force row level security;
create policy own_company on chunk as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();
grant insert, select on chunk to holdfast_app;
grant delete, insert, select on chunk to holdfast_worker;

create table chunk_0 partition of chunk FOR VALUES WITH (modulus 16, remainder 0);
alter table chunk_0 owner to holdfast_owner;
alter table chunk_0 enable row level security;
alter table chunk_0 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_0 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_1 partition of chunk FOR VALUES WITH (modulus 16, remainder 1);
alter table chunk_1 owner to holdfast_owner;
alter table chunk_1 enable row level security;
alter table chunk_1 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_1 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_2 partition of chunk FOR VALUES WITH (modulus 16, remainder 2);
alter table chunk_2 owner to holdfast_owner;
alter table chunk_2 enable row level security;
alter table chunk_2 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_2 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_3 partition of chunk FOR VALUES WITH (modulus 16, remainder 3);
alter table chunk_3 owner to holdfast_owner;
alter table chunk_3 enable row level security;
alter table chunk_3 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_3 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_4 partition of chunk FOR VALUES WITH (modulus 16, remainder 4);
alter table chunk_4 owner to holdfast_owner;
alter table chunk_4 enable row level security;
alter table chunk_4 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_4 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_5 partition of chunk FOR VALUES WITH (modulus 16, remainder 5);
alter table chunk_5 owner to holdfast_owner;
alter table chunk_5 enable row level security;
alter table chunk_5 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_5 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_6 partition of chunk FOR VALUES WITH (modulus 16, remainder 6);
alter table chunk_6 owner to holdfast_owner;
alter table chunk_6 enable row level security;
alter table chunk_6 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_6 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_7 partition of chunk FOR VALUES WITH (modulus 16, remainder 7);
alter table chunk_7 owner to holdfast_owner;
alter table chunk_7 enable row level security;
alter table chunk_7 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_7 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_8 partition of chunk FOR VALUES WITH (modulus 16, remainder 8);
alter table chunk_8 owner to holdfast_owner;
alter table chunk_8 enable row level security;
alter table chunk_8 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_8 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_9 partition of chunk FOR VALUES WITH (modulus 16, remainder 9);
alter table chunk_9 owner to holdfast_owner;
alter table chunk_9 enable row level security;
alter table chunk_9 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_9 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_10 partition of chunk FOR VALUES WITH (modulus 16, remainder 10);
alter table chunk_10 owner to holdfast_owner;
alter table chunk_10 enable row level security;
alter table chunk_10 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_10 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_11 partition of chunk FOR VALUES WITH (modulus 16, remainder 11);
alter table chunk_11 owner to holdfast_owner;
alter table chunk_11 enable row level security;
alter table chunk_11 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_11 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_12 partition of chunk FOR VALUES WITH (modulus 16, remainder 12);
alter table chunk_12 owner to holdfast_owner;
alter table chunk_12 enable row level security;
alter table chunk_12 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_12 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_13 partition of chunk FOR VALUES WITH (modulus 16, remainder 13);
alter table chunk_13 owner to holdfast_owner;
alter table chunk_13 enable row level security;
alter table chunk_13 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_13 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_14 partition of chunk FOR VALUES WITH (modulus 16, remainder 14);
alter table chunk_14 owner to holdfast_owner;
alter table chunk_14 enable row level security;
alter table chunk_14 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_14 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table chunk_15 partition of chunk FOR VALUES WITH (modulus 16, remainder 15);
alter table chunk_15 owner to holdfast_owner;
alter table chunk_15 enable row level security;
alter table chunk_15 force row level security;
CREATE TRIGGER chunk_protected BEFORE DELETE ON public.chunk_15 FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();

create table closed_page (
  company_id uuid not null,
  machine_id uuid not null,
  zone_id text not null,
  scope integer not null,
  page_id bytea not null,
  generation integer not null,
  constraint closed_page_pkey PRIMARY KEY (company_id, machine_id, zone_id, scope, page_id)
);
alter table closed_page owner to holdfast_owner;
alter table closed_page enable row level security;
alter table closed_page force row level security;
create policy own_company on closed_page as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant insert, select, update (generation) on closed_page to holdfast_app;
grant insert, select on closed_page to holdfast_worker;

create table collector (
  company_id uuid not null,
  collector_id uuid not null,
  name text not null,
  path text not null,
  proposed_by uuid not null,
  proposed_at timestamp(3) with time zone not null default now(),
  consented_by uuid,
  consented_at timestamp(3) with time zone,
  enrolment_id uuid,
  ended_by uuid,
  ended_at timestamp(3) with time zone,
  problem text,
  constraint collector_pkey PRIMARY KEY (company_id, collector_id),
  constraint collector_company_id_enrolment_id_fkey FOREIGN KEY (company_id, enrolment_id) REFERENCES enrolment(company_id, enrolment_id),
  constraint collector_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint collector_check CHECK (((consented_by IS NULL) = (consented_at IS NULL))),
  constraint collector_check1 CHECK (((enrolment_id IS NULL) = (consented_at IS NULL))),
  constraint collector_check2 CHECK (((ended_by IS NULL) = (ended_at IS NULL))),
  constraint collector_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
  constraint collector_path_check CHECK (((path ~ '^/'::text) AND (length(path) <= 4096))),
  constraint collector_problem_check CHECK ((length(problem) <= 100))
);
alter table collector owner to holdfast_owner;
alter table collector enable row level security;
alter table collector force row level security;
CREATE INDEX collector_open ON public.collector USING btree (company_id, collector_id) WHERE (ended_at IS NULL);
create policy journal_reads on collector as permissive for select to holdfast_journal using (true);
create policy own_company on collector as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on collector as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE OF consented_at, ended_at ON public.collector FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.collector FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (consented_by, consented_at, enrolment_id, ended_by, ended_at) on collector to holdfast_app;
grant select on collector to holdfast_journal;
grant select on collector to holdfast_staff;
grant select, update (problem) on collector to holdfast_worker;

create table collector_link (
  company_id uuid not null,
  collector_id uuid not null,
  link text not null,
  constraint collector_link_pkey PRIMARY KEY (company_id, collector_id),
  constraint collector_link_company_id_collector_id_fkey FOREIGN KEY (company_id, collector_id) REFERENCES collector(company_id, collector_id),
  constraint collector_link_link_check CHECK ((length(link) <= 2000))
);
alter table collector_link owner to holdfast_owner;
alter table collector_link enable row level security;
alter table collector_link force row level security;
create policy own_company on collector_link as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant delete, insert, select on collector_link to holdfast_app;
grant delete, select on collector_link to holdfast_worker;

create table commit_number (
  company_id uuid not null,
  commit bigint not null,
  run_id uuid not null,
  snapshot_id text not null,
  state text not null default 'reserved'::text,
  received_at timestamp(3) with time zone not null,
  reason text,
  constraint commit_number_pkey PRIMARY KEY (company_id, commit),
  constraint commit_number_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint commit_number_company_id_run_id_fkey FOREIGN KEY (company_id, run_id) REFERENCES run(company_id, run_id),
  constraint commit_number_commit_check CHECK ((commit > 0)),
  constraint commit_number_reason_check CHECK ((length(reason) <= 200)),
  constraint commit_number_snapshot_id_check CHECK ((snapshot_id ~ '^[0-9a-f]{32}$'::text)),
  constraint commit_number_state_check CHECK ((state = ANY (ARRAY['reserved'::text, 'published'::text, 'void'::text])))
);
alter table commit_number owner to holdfast_owner;
alter table commit_number enable row level security;
alter table commit_number force row level security;
CREATE UNIQUE INDEX commit_number_open ON public.commit_number USING btree (company_id, run_id) WHERE (state = 'reserved'::text);
CREATE UNIQUE INDEX commit_number_snapshot ON public.commit_number USING btree (company_id, snapshot_id) WHERE (state = 'published'::text);
create policy journal_reads on commit_number as permissive for select to holdfast_journal using (true);
create policy own_company on commit_number as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on commit_number as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.commit_number FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.commit_number FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (state, reason) on commit_number to holdfast_app;
grant select on commit_number to holdfast_journal;
grant select (company_id, commit, state) on commit_number to holdfast_staff;
grant insert, select, update (state, reason) on commit_number to holdfast_worker;

create table company (
  company_id uuid not null,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  root_fingerprint bytea,
  log_number integer not null default '-1'::integer,
  log_hash bytea,
  next_commit bigint not null default 1,
  last_commit bigint not null default 0,
  publications bigint not null default 0,
  closure_generation integer not null default 1,
  last_snapshot_at timestamp(3) with time zone,
  policy_id uuid,
  policy_since timestamp(3) with time zone,
  constraint company_pkey PRIMARY KEY (company_id),
  constraint company_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policy(policy_id),
  constraint company_check CHECK (((policy_id IS NULL) OR (policy_since IS NOT NULL))),
  constraint company_company_id_check CHECK ((company_id <> '00000000-0000-0000-0000-000000000000'::uuid)),
  constraint company_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint company_root_fingerprint_check CHECK ((octet_length(root_fingerprint) = 32))
);
alter table company owner to holdfast_owner;
alter table company enable row level security;
alter table company force row level security;
CREATE INDEX company_policy ON public.company USING btree (policy_id) WHERE (policy_id IS NOT NULL);
create policy journal_reads on company as permissive for select to holdfast_journal using (true);
create policy look_up on company as permissive for select to holdfast_lookup using (true);
create policy own_company on company as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on company as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE OF name, root_fingerprint, log_number, log_hash, policy_id, policy_since ON public.company FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.company FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (root_fingerprint, log_number, log_hash, next_commit, last_commit, publications, closure_generation, last_snapshot_at, policy_id, policy_since) on company to holdfast_app;
grant select on company to holdfast_journal;
grant select (company_id, name) on company to holdfast_lookup;
grant select (company_id, name, created_at, root_fingerprint, next_commit, last_commit, last_snapshot_at, policy_id, policy_since) on company to holdfast_staff;
grant insert, select, update (root_fingerprint, log_number, log_hash, next_commit, last_commit, publications, closure_generation, last_snapshot_at) on company to holdfast_worker;

create table enrolment (
  company_id uuid not null,
  enrolment_id uuid not null,
  payload bytea,
  enrolment_public_key bytea not null,
  machine_name_hint text,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  agent_id uuid,
  constraint enrolment_pkey PRIMARY KEY (company_id, enrolment_id),
  constraint enrolment_enrolment_id_key UNIQUE (enrolment_id),
  constraint enrolment_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint enrolment_enrolment_public_key_check CHECK ((octet_length(enrolment_public_key) = 32)),
  constraint enrolment_payload_check CHECK ((octet_length(payload) <= 65536))
);
alter table enrolment owner to holdfast_owner;
alter table enrolment enable row level security;
alter table enrolment force row level security;
create policy journal_reads on enrolment as permissive for select to holdfast_journal using (true);
create policy look_up on enrolment as permissive for select to holdfast_lookup using (true);
create policy own_company on enrolment as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.enrolment FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.enrolment FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (payload, used_at, agent_id) on enrolment to holdfast_app;
grant select on enrolment to holdfast_journal;
grant select on enrolment to holdfast_lookup;
grant insert, select on enrolment to holdfast_worker;

create table expected_run (
  company_id uuid not null,
  source_id uuid not null,
  due_at timestamp(3) with time zone not null,
  missed_after timestamp(3) with time zone not null,
  planned_at timestamp(3) with time zone not null,
  state text not null,
  constraint expected_run_pkey PRIMARY KEY (company_id, source_id, due_at),
  constraint expected_run_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint expected_run_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'started'::text, 'missed'::text, 'caught_up'::text, 'dropped'::text])))
);
alter table expected_run owner to holdfast_owner;
alter table expected_run enable row level security;
alter table expected_run force row level security;
CREATE INDEX expected_run_waiting ON public.expected_run USING btree (missed_after) WHERE (state = 'waiting'::text);
create policy own_company on expected_run as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on expected_run as permissive for select to holdfast_staff using (true);
grant insert, select, update (missed_after, planned_at, state) on expected_run to holdfast_app;
grant select on expected_run to holdfast_staff;
grant insert, select, update (missed_after, planned_at, state) on expected_run to holdfast_worker;

create table freeze_due (
  company_id uuid not null,
  commit bigint not null,
  source_id uuid not null,
  due_at timestamp(3) with time zone not null default clock_timestamp(),
  problem_code text,
  constraint freeze_due_pkey PRIMARY KEY (company_id, commit),
  constraint freeze_due_company_id_commit_fkey FOREIGN KEY (company_id, commit) REFERENCES snapshot(company_id, commit),
  constraint freeze_due_problem_code_check CHECK ((length(problem_code) <= 100))
);
alter table freeze_due owner to holdfast_owner;
alter table freeze_due enable row level security;
alter table freeze_due force row level security;
CREATE INDEX freeze_due_of_source ON public.freeze_due USING btree (company_id, source_id);
create policy own_company on freeze_due as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on freeze_due as permissive for select to holdfast_staff using (true);
grant select on freeze_due to holdfast_app;
grant select on freeze_due to holdfast_staff;
grant delete, insert, select, update (problem_code) on freeze_due to holdfast_worker;

create table hold (
  company_id uuid not null,
  hold_id uuid not null,
  commit bigint not null,
  reason text not null,
  placed_by uuid not null,
  placed_at timestamp(3) with time zone not null default now(),
  lifted_by uuid,
  lifted_at timestamp(3) with time zone,
  constraint hold_pkey PRIMARY KEY (company_id, hold_id),
  constraint hold_company_id_commit_fkey FOREIGN KEY (company_id, commit) REFERENCES snapshot(company_id, commit),
  constraint hold_check CHECK (((lifted_by IS NULL) = (lifted_at IS NULL))),
  constraint hold_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 200)))
);
alter table hold owner to holdfast_owner;
alter table hold enable row level security;
alter table hold force row level security;
CREATE INDEX hold_open ON public.hold USING btree (company_id, commit) WHERE (lifted_at IS NULL);
create policy journal_reads on hold as permissive for select to holdfast_journal using (true);
create policy own_company on hold as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on hold as permissive for select to holdfast_staff using (true);
CREATE TRIGGER hold_protected BEFORE DELETE OR UPDATE ON public.hold FOR EACH ROW EXECUTE FUNCTION hold_protect();
CREATE TRIGGER journal_changed AFTER UPDATE ON public.hold FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.hold FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (lifted_by, lifted_at) on hold to holdfast_app;
grant select on hold to holdfast_journal;
grant select on hold to holdfast_staff;
grant select on hold to holdfast_worker;

create table incident (
  company_id uuid not null,
  incident_id uuid not null default gen_random_uuid(),
  kind text not null,
  subject text not null,
  source_id uuid default 
CASE
    WHEN (kind = ANY (ARRAY['run_missed'::text, 'runs_failed'::text])) THEN (subject)::uuid
    ELSE NULL::uuid
END,
  code text not null,
  count integer not null,
  opened_at timestamp(3) with time zone not null default clock_timestamp(),
  seen_at timestamp(3) with time zone not null default clock_timestamp(),
  closed_at timestamp(3) with time zone,
  acknowledged_at timestamp(3) with time zone,
  acknowledged_by uuid,
  note text,
  constraint incident_pkey PRIMARY KEY (company_id, incident_id),
  constraint incident_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint incident_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
  constraint incident_check1 CHECK (((note IS NULL) OR (acknowledged_at IS NOT NULL))),
  constraint incident_check2 CHECK (((kind = ANY (ARRAY['zone_away'::text, 'zone_behind'::text])) = (company_id = '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint incident_code_check CHECK ((length(code) <= 100)),
  constraint incident_count_check CHECK ((count > 0)),
  constraint incident_kind_check CHECK ((kind = ANY (ARRAY['run_missed'::text, 'runs_failed'::text, 'zone_away'::text, 'zone_behind'::text, 'deletion_held'::text, 'copies_lost'::text, 'second_certificate'::text, 'freeze_stuck'::text]))),
  constraint incident_note_check CHECK ((length(note) <= 500)),
  constraint incident_subject_check CHECK ((subject ~ '^[a-z0-9-]{1,64}$'::text))
);
alter table incident owner to holdfast_owner;
alter table incident enable row level security;
alter table incident force row level security;
CREATE UNIQUE INDEX incident_open ON public.incident USING btree (company_id, kind, subject) WHERE (closed_at IS NULL);
create policy journal_reads on incident as permissive for select to holdfast_journal using (true);
create policy own_company on incident as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on incident as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE OF code, count, closed_at, acknowledged_at ON public.incident FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.incident FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (code, count, seen_at, closed_at, acknowledged_at, acknowledged_by, note) on incident to holdfast_app;
grant select on incident to holdfast_journal;
grant select on incident to holdfast_staff;
grant insert, select, update (code, count, seen_at, closed_at) on incident to holdfast_worker;

create table invitation (
  company_id uuid not null,
  invitation_id uuid not null,
  email text not null,
  role text not null,
  auth_hash bytea not null,
  created_by uuid not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint invitation_pkey PRIMARY KEY (company_id, invitation_id),
  constraint invitation_invitation_id_key UNIQUE (invitation_id),
  constraint invitation_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint invitation_auth_hash_check CHECK ((octet_length(auth_hash) = 32)),
  constraint invitation_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 320)))),
  constraint invitation_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'restorer'::text, 'viewer'::text])))
);
alter table invitation owner to holdfast_owner;
alter table invitation enable row level security;
alter table invitation force row level security;
create policy journal_reads on invitation as permissive for select to holdfast_journal using (true);
create policy look_up on invitation as permissive for select to holdfast_lookup using (true);
create policy own_company on invitation as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.invitation FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.invitation FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (email, auth_hash, expires_at, used_at) on invitation to holdfast_app;
grant select on invitation to holdfast_journal;
grant select on invitation to holdfast_lookup;
grant insert, select on invitation to holdfast_worker;

create table job (
  company_id uuid not null,
  name text not null,
  owner text,
  fencing_token bigint not null default 0,
  lease_until timestamp(3) with time zone,
  cursor text,
  constraint job_pkey PRIMARY KEY (company_id, name),
  constraint job_cursor_check CHECK ((length(cursor) <= 10000)),
  constraint job_name_check CHECK ((length(name) <= 200))
);
alter table job owner to holdfast_owner;
alter table job enable row level security;
alter table job force row level security;
create policy own_company on job as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on job as permissive for select to holdfast_staff using (true);
grant insert, select, update (owner, fencing_token, lease_until, cursor) on job to holdfast_app;
grant select (company_id, name, lease_until) on job to holdfast_staff;
grant insert, select, update (owner, fencing_token, lease_until, cursor) on job to holdfast_worker;

create table journal_head (
  head_id smallint not null default 1,
  term integer not null default 1,
  number bigint not null default 0,
  hash bytea not null default decode(repeat('00'::text, 32), 'hex'::text),
  base_number bigint,
  based_at timestamp(3) with time zone,
  constraint journal_head_pkey PRIMARY KEY (head_id),
  constraint journal_head_hash_check CHECK ((octet_length(hash) = 32)),
  constraint journal_head_head_id_check CHECK ((head_id = 1)),
  constraint journal_head_term_check CHECK ((term > 0))
);
alter table journal_head owner to holdfast_owner;
grant select (term) on journal_head to holdfast_app;
grant select, update on journal_head to holdfast_journal;
grant select (term) on journal_head to holdfast_worker;

create table journal_segment (
  number bigint not null,
  object_key text not null,
  bytes bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint journal_segment_pkey PRIMARY KEY (number),
  constraint journal_segment_bytes_check CHECK ((octet_length(bytes) <= 4194304)),
  constraint journal_segment_number_check CHECK ((number > 0)),
  constraint journal_segment_object_key_check CHECK ((length(object_key) <= 512))
);
alter table journal_segment owner to holdfast_owner;
grant delete, insert, select on journal_segment to holdfast_journal;

create table journal_zone (
  zone_id text not null,
  shipped bigint not null default 0,
  is_reachable boolean not null default true,
  tried_at timestamp(3) with time zone not null default now(),
  constraint journal_zone_pkey PRIMARY KEY (zone_id),
  constraint journal_zone_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id)
);
alter table journal_zone owner to holdfast_owner;
grant select on journal_zone to holdfast_app;
grant insert, select, update on journal_zone to holdfast_journal;
grant select on journal_zone to holdfast_worker;

create table key_object (
  company_id uuid not null,
  kind text not null,
  number integer not null,
  hash bytea not null,
  subject_id uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
  object_key text not null,
  bytes bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint key_object_pkey PRIMARY KEY (company_id, kind, subject_id, number),
  constraint key_object_company_id_object_key_key UNIQUE (company_id, object_key),
  constraint key_object_company_id_object_key_fkey FOREIGN KEY (company_id, object_key) REFERENCES object(company_id, object_key),
  constraint key_object_bytes_check CHECK ((octet_length(bytes) <= 262144)),
  constraint key_object_hash_check CHECK ((octet_length(hash) = 32)),
  constraint key_object_kind_check CHECK ((kind = ANY (ARRAY['log'::text, 'wrap'::text, 'agent'::text, 'source'::text]))),
  constraint key_object_number_check CHECK ((number >= 0))
);
alter table key_object owner to holdfast_owner;
alter table key_object enable row level security;
alter table key_object force row level security;
create policy journal_reads on key_object as permissive for select to holdfast_journal using (true);
create policy own_company on key_object as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.key_object FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.key_object FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select on key_object to holdfast_app;
grant select on key_object to holdfast_journal;
grant insert, select on key_object to holdfast_worker;

create table machine (
  company_id uuid not null,
  machine_id uuid not null,
  name text not null,
  enrolled_at timestamp(3) with time zone not null default now(),
  last_seen_at timestamp(3) with time zone,
  last_snapshot_at timestamp(3) with time zone,
  agent_version text,
  constraint machine_pkey PRIMARY KEY (company_id, machine_id),
  constraint machine_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint machine_agent_version_check CHECK (((length(agent_version) >= 1) AND (length(agent_version) <= 32))),
  constraint machine_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
alter table machine owner to holdfast_owner;
alter table machine enable row level security;
alter table machine force row level security;
create policy journal_reads on machine as permissive for select to holdfast_journal using (true);
create policy own_company on machine as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on machine as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE OF name ON public.machine FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.machine FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (last_seen_at, last_snapshot_at, agent_version) on machine to holdfast_app;
grant select on machine to holdfast_journal;
grant select on machine to holdfast_staff;
grant insert, select on machine to holdfast_worker;

create table member_blob (
  company_id uuid not null,
  person_id uuid not null,
  blob bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint member_blob_pkey PRIMARY KEY (company_id, person_id),
  constraint member_blob_company_id_person_id_fkey FOREIGN KEY (company_id, person_id) REFERENCES person(company_id, person_id),
  constraint member_blob_blob_check CHECK ((octet_length(blob) <= 4096))
);
alter table member_blob owner to holdfast_owner;
alter table member_blob enable row level security;
alter table member_blob force row level security;
create policy journal_reads on member_blob as permissive for select to holdfast_journal using (true);
create policy own_company on member_blob as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.member_blob FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.member_blob FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select on member_blob to holdfast_app;
grant select on member_blob to holdfast_journal;
grant insert, select on member_blob to holdfast_worker;

create table object (
  company_id uuid not null,
  object_key text not null,
  kind text not null,
  size_bytes bigint not null,
  sha256 bytea not null,
  commit bigint,
  created_at timestamp(3) with time zone not null default now(),
  locked_until timestamp(3) with time zone,
  deleting_at timestamp(3) with time zone,
  constraint object_pkey PRIMARY KEY (company_id, object_key),
  constraint object_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint object_kind_check CHECK ((kind = ANY (ARRAY['log'::text, 'wrap'::text, 'agent'::text, 'source'::text, 'manifest'::text, 'receipt'::text, 'header'::text, 'sidecar'::text]))),
  constraint object_object_key_check CHECK (((object_key ~ '^[a-z0-9/.-]+$'::text) AND (length(object_key) <= 512))),
  constraint object_sha256_check CHECK ((octet_length(sha256) = 32)),
  constraint object_size_bytes_check CHECK ((size_bytes >= 0))
);
alter table object owner to holdfast_owner;
alter table object enable row level security;
alter table object force row level security;
CREATE INDEX object_commit ON public.object USING btree (company_id, commit) WHERE (commit IS NOT NULL);
CREATE INDEX object_deleting ON public.object USING btree (company_id, object_key) WHERE (deleting_at IS NOT NULL);
create policy journal_reads on object as permissive for select to holdfast_journal using (true);
create policy own_company on object as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on object as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.object FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.object FOR EACH ROW EXECUTE FUNCTION journal_row();
CREATE TRIGGER object_protected BEFORE DELETE OR UPDATE ON public.object FOR EACH ROW EXECUTE FUNCTION object_protect();
grant insert, select on object to holdfast_app;
grant select on object to holdfast_journal;
grant select (company_id, object_key, kind, commit, deleting_at) on object to holdfast_staff;
grant delete, insert, select, update (locked_until, deleting_at) on object to holdfast_worker;

create table object_presence (
  company_id uuid not null,
  object_key text not null,
  zone_id text not null,
  state text not null,
  verified_at timestamp(3) with time zone,
  code text,
  constraint object_presence_pkey PRIMARY KEY (company_id, object_key, zone_id),
  constraint object_presence_company_id_object_key_fkey FOREIGN KEY (company_id, object_key) REFERENCES object(company_id, object_key),
  constraint object_presence_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint object_presence_code_check CHECK ((length(code) <= 100)),
  constraint object_presence_state_check CHECK ((state = ANY (ARRAY['present'::text, 'suspect'::text, 'missing'::text])))
);
alter table object_presence owner to holdfast_owner;
alter table object_presence enable row level security;
alter table object_presence force row level security;
CREATE INDEX object_presence_lacking ON public.object_presence USING btree (company_id, zone_id, object_key) WHERE (state <> 'present'::text);
create policy own_company on object_presence as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on object_presence as permissive for select to holdfast_staff using (true);
CREATE TRIGGER object_presence_protected BEFORE DELETE ON public.object_presence FOR EACH ROW EXECUTE FUNCTION object_presence_protect();
grant insert, select, update (state, verified_at, code) on object_presence to holdfast_app;
grant select (company_id, object_key, zone_id, state) on object_presence to holdfast_staff;
grant delete, insert, select, update (state, verified_at, code) on object_presence to holdfast_worker;

create table outbox (
  company_id uuid not null,
  seq bigint not null generated always as identity,
  xact xid8 not null default pg_current_xact_id(),
  at timestamp(3) with time zone not null default now(),
  kind text not null,
  payload jsonb not null,
  segment bigint,
  constraint outbox_pkey PRIMARY KEY (company_id, seq)
);
alter table outbox owner to holdfast_owner;
alter table outbox enable row level security;
alter table outbox force row level security;
CREATE INDEX outbox_order ON public.outbox USING btree (seq);
CREATE INDEX outbox_snapshot ON public.outbox USING btree (company_id, seq) WHERE ((kind = 'row'::text) AND ((payload ->> 'table'::text) = 'snapshot'::text));
CREATE INDEX outbox_taken ON public.outbox USING btree (segment) WHERE (segment IS NOT NULL);
CREATE INDEX outbox_waiting ON public.outbox USING btree (seq) WHERE (segment IS NULL);
create policy journal_takes on outbox as permissive for all to holdfast_journal using (true) with check (true);
create policy own_company on outbox as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant insert, select on outbox to holdfast_app;
grant delete, insert, select, update (segment) on outbox to holdfast_journal;
grant insert, select on outbox to holdfast_worker;

create table pack (
  company_id uuid not null,
  pack_no bigint not null generated always as identity,
  pack_id bytea not null,
  kind text not null,
  scope integer not null,
  size_bytes integer not null,
  directory_offset integer not null,
  directory_size integer not null,
  state text not null default 'live'::text,
  machine_id uuid not null,
  run_id uuid not null,
  created_at timestamp(3) with time zone not null default now(),
  quarantined_at timestamp(3) with time zone,
  quarantine_round bigint,
  quarantine_token bigint,
  deleted_round bigint,
  repacked_into bigint,
  tier text not null default 'backup'::text,
  locked_until timestamp(3) with time zone,
  constraint pack_pkey PRIMARY KEY (company_id, pack_no),
  constraint pack_company_id_pack_id_key UNIQUE (company_id, pack_id),
  constraint pack_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint pack_company_id_run_id_fkey FOREIGN KEY (company_id, run_id) REFERENCES run(company_id, run_id),
  constraint pack_check CHECK (((quarantine_round IS NULL) = (quarantine_token IS NULL))),
  constraint pack_check1 CHECK (((quarantine_round IS NULL) OR (state <> 'live'::text))),
  constraint pack_check2 CHECK ((repacked_into <> pack_no)),
  constraint pack_check3 CHECK (((deleted_round IS NULL) OR (state = ANY (ARRAY['deleting'::text, 'gone'::text])))),
  constraint pack_check4 CHECK (((tier = 'archive'::text) = (locked_until IS NOT NULL))),
  constraint pack_kind_check CHECK ((kind = ANY (ARRAY['content'::text, 'meta'::text]))),
  constraint pack_pack_id_check CHECK ((octet_length(pack_id) = 32)),
  constraint pack_size_bytes_check CHECK (((size_bytes >= 48) AND (size_bytes <= 33554432))),
  constraint pack_state_check CHECK ((state = ANY (ARRAY['live'::text, 'quarantined'::text, 'deleting'::text, 'gone'::text]))),
  constraint pack_tier_check CHECK ((tier = ANY (ARRAY['backup'::text, 'archive'::text])))
);
alter table pack owner to holdfast_owner;
alter table pack enable row level security;
alter table pack force row level security;
CREATE INDEX pack_run ON public.pack USING btree (company_id, run_id, pack_no);
create policy journal_reads on pack as permissive for select to holdfast_journal using (true);
create policy own_company on pack as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on pack as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.pack FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.pack FOR EACH ROW EXECUTE FUNCTION journal_row();
CREATE TRIGGER pack_protected BEFORE DELETE OR UPDATE ON public.pack FOR EACH ROW EXECUTE FUNCTION pack_protect();
grant insert, select, update (state, quarantined_at, quarantine_round, quarantine_token, deleted_round, repacked_into) on pack to holdfast_app;
grant select on pack to holdfast_journal;
grant select (company_id, pack_no, pack_id, kind, size_bytes, state, tier, locked_until) on pack to holdfast_staff;
grant insert, select, update (state, quarantined_at, quarantine_round, quarantine_token, deleted_round, repacked_into, locked_until) on pack to holdfast_worker;

create table pack_presence (
  company_id uuid not null,
  pack_no bigint not null,
  zone_id text not null,
  state text not null,
  verified_at timestamp(3) with time zone,
  code text,
  constraint pack_presence_pkey PRIMARY KEY (company_id, pack_no, zone_id),
  constraint pack_presence_company_id_pack_no_fkey FOREIGN KEY (company_id, pack_no) REFERENCES pack(company_id, pack_no),
  constraint pack_presence_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint pack_presence_code_check CHECK ((length(code) <= 100)),
  constraint pack_presence_state_check CHECK ((state = ANY (ARRAY['present'::text, 'suspect'::text, 'missing'::text])))
);
alter table pack_presence owner to holdfast_owner;
alter table pack_presence enable row level security;
alter table pack_presence force row level security;
CREATE INDEX pack_presence_lacking ON public.pack_presence USING btree (company_id, zone_id, pack_no) WHERE (state <> 'present'::text);
create policy own_company on pack_presence as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on pack_presence as permissive for select to holdfast_staff using (true);
CREATE TRIGGER pack_presence_protected BEFORE DELETE ON public.pack_presence FOR EACH ROW EXECUTE FUNCTION locked_pack_protect();
grant insert, select, update (state, verified_at, code) on pack_presence to holdfast_app;
grant select (company_id, pack_no, zone_id, state) on pack_presence to holdfast_staff;
grant delete, insert, select, update (state, verified_at, code) on pack_presence to holdfast_worker;

create table person (
  company_id uuid not null,
  person_id uuid not null,
  kind text not null,
  role text not null,
  email text not null,
  password_hash text not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint person_pkey PRIMARY KEY (company_id, person_id),
  constraint person_email_key UNIQUE (email),
  constraint person_person_id_key UNIQUE (person_id),
  constraint person_check CHECK (((kind = 'staff'::text) = (company_id = '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint person_check1 CHECK (
CASE kind
    WHEN 'staff'::text THEN (role = ANY (ARRAY['admin'::text, 'operator'::text, 'auditor'::text]))
    ELSE (role = ANY (ARRAY['owner'::text, 'restorer'::text, 'viewer'::text]))
END),
  constraint person_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 320)))),
  constraint person_kind_check CHECK ((kind = ANY (ARRAY['staff'::text, 'member'::text])))
);
alter table person owner to holdfast_owner;
alter table person enable row level security;
alter table person force row level security;
create policy journal_reads on person as permissive for select to holdfast_journal using (true);
create policy look_up on person as permissive for select to holdfast_lookup using (true);
create policy own_company on person as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on person as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.person FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.person FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select on person to holdfast_app;
grant select on person to holdfast_journal;
grant select on person to holdfast_lookup;
grant select (company_id, person_id, kind, role, email, created_at) on person to holdfast_staff;
grant insert, select on person to holdfast_worker;

create table policy (
  policy_id uuid not null,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  cron text,
  time_zone text,
  jitter_seconds integer,
  catch_up_minutes integer,
  is_paused boolean not null default false,
  window_hours integer[],
  window_ends_runs boolean,
  bandwidth jsonb,
  timed_at timestamp(3) with time zone not null default now(),
  freeze_after_days integer,
  daily_days integer,
  weekly_weeks integer,
  monthly_months integer,
  yearly_years integer,
  constraint policy_pkey PRIMARY KEY (policy_id),
  constraint policy_bandwidth_check CHECK (is_bandwidth(bandwidth)),
  constraint policy_catch_up_minutes_check CHECK (((catch_up_minutes >= 0) AND (catch_up_minutes <= 10080))),
  constraint policy_check CHECK (((cron IS NULL) = (time_zone IS NULL))),
  constraint policy_check1 CHECK (((window_hours IS NULL) = (window_ends_runs IS NULL))),
  constraint policy_cron_check CHECK ((length(cron) <= 200)),
  constraint policy_daily_days_check CHECK (((daily_days >= 1) AND (daily_days <= 3650))),
  constraint policy_freeze_after_days_check CHECK (((freeze_after_days >= 1) AND (freeze_after_days <= 365))),
  constraint policy_jitter_seconds_check CHECK (((jitter_seconds >= 0) AND (jitter_seconds <= 21600))),
  constraint policy_monthly_months_check CHECK (((monthly_months >= 0) AND (monthly_months <= 120))),
  constraint policy_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
  constraint policy_time_zone_check CHECK ((length(time_zone) <= 64)),
  constraint policy_weekly_weeks_check CHECK (((weekly_weeks >= 0) AND (weekly_weeks <= 520))),
  constraint policy_window_hours_check CHECK (is_week(window_hours)),
  constraint policy_yearly_years_check CHECK (((yearly_years >= 0) AND (yearly_years <= 10)))
);
alter table policy owner to holdfast_owner;
alter table policy enable row level security;
alter table policy force row level security;
CREATE UNIQUE INDEX policy_name ON public.policy USING btree (lower(name));
create policy journal_reads on policy as permissive for select to holdfast_journal using (true);
create policy of_provider on policy as permissive for all to public using (((NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid)) with check (((NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid = '00000000-0000-0000-0000-000000000000'::uuid));
create policy own_company on policy as permissive for select to public using ((policy_id = ( SELECT c.policy_id
   FROM company c
  WHERE (c.company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid))));
create policy staff_reads on policy as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.policy FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.policy FOR EACH ROW EXECUTE FUNCTION journal_row();
grant delete, insert, select, update (name, cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, window_hours, window_ends_runs, bandwidth, timed_at, freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years) on policy to holdfast_app;
grant select on policy to holdfast_journal;
grant select on policy to holdfast_staff;
grant select on policy to holdfast_worker;

create table provider (
  provider_id smallint not null default 1,
  name text not null,
  created_at timestamp(3) with time zone not null default now(),
  first_staff_id uuid,
  schedule_cron text,
  schedule_time_zone text,
  schedule_jitter_seconds integer,
  schedule_catch_up_minutes integer,
  schedule_is_paused boolean not null default false,
  schedule_timed_at timestamp(3) with time zone,
  schedule_window_hours integer[],
  schedule_window_ends_runs boolean,
  schedule_bandwidth jsonb,
  constraint provider_pkey PRIMARY KEY (provider_id),
  constraint provider_check CHECK (((schedule_cron IS NULL) = (schedule_time_zone IS NULL))),
  constraint provider_check1 CHECK (((schedule_window_hours IS NULL) = (schedule_window_ends_runs IS NULL))),
  constraint provider_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint provider_provider_id_check CHECK ((provider_id = 1)),
  constraint provider_schedule_bandwidth_check CHECK (is_bandwidth(schedule_bandwidth)),
  constraint provider_schedule_catch_up_minutes_check CHECK (((schedule_catch_up_minutes >= 0) AND (schedule_catch_up_minutes <= 10080))),
  constraint provider_schedule_cron_check CHECK ((length(schedule_cron) <= 200)),
  constraint provider_schedule_jitter_seconds_check CHECK (((schedule_jitter_seconds >= 0) AND (schedule_jitter_seconds <= 21600))),
  constraint provider_schedule_time_zone_check CHECK ((length(schedule_time_zone) <= 64)),
  constraint provider_schedule_window_hours_check CHECK (is_week(schedule_window_hours))
);
alter table provider owner to holdfast_owner;
CREATE TRIGGER journal_changed AFTER UPDATE ON public.provider FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.provider FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (name, first_staff_id, schedule_cron, schedule_time_zone, schedule_jitter_seconds, schedule_catch_up_minutes, schedule_is_paused, schedule_timed_at, schedule_window_hours, schedule_window_ends_runs, schedule_bandwidth) on provider to holdfast_app;
grant select on provider to holdfast_journal;
grant select (provider_id, name) on provider to holdfast_lookup;
grant select on provider to holdfast_staff;
grant insert, select, update (name) on provider to holdfast_worker;

create table retention (
  company_id uuid not null,
  level text not null,
  subject_id uuid not null,
  machine_id uuid default 
CASE level
    WHEN 'machine'::text THEN subject_id
    ELSE NULL::uuid
END,
  source_id uuid default 
CASE level
    WHEN 'source'::text THEN subject_id
    ELSE NULL::uuid
END,
  freeze_after_days integer,
  daily_days integer,
  weekly_weeks integer,
  monthly_months integer,
  yearly_years integer,
  changed_at timestamp(3) with time zone not null default now(),
  constraint retention_pkey PRIMARY KEY (company_id, level, subject_id),
  constraint retention_company_id_machine_id_fkey FOREIGN KEY (company_id, machine_id) REFERENCES machine(company_id, machine_id),
  constraint retention_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint retention_check CHECK (((level <> ALL (ARRAY['provider'::text, 'company'::text])) OR (subject_id = company_id))),
  constraint retention_check1 CHECK (((level = 'provider'::text) = (company_id = '00000000-0000-0000-0000-000000000000'::uuid))),
  constraint retention_daily_days_check CHECK (((daily_days >= 1) AND (daily_days <= 3650))),
  constraint retention_freeze_after_days_check CHECK (((freeze_after_days >= 1) AND (freeze_after_days <= 365))),
  constraint retention_level_check CHECK ((level = ANY (ARRAY['provider'::text, 'company'::text, 'machine'::text, 'source'::text]))),
  constraint retention_monthly_months_check CHECK (((monthly_months >= 0) AND (monthly_months <= 120))),
  constraint retention_weekly_weeks_check CHECK (((weekly_weeks >= 0) AND (weekly_weeks <= 520))),
  constraint retention_yearly_years_check CHECK (((yearly_years >= 0) AND (yearly_years <= 10)))
);
alter table retention owner to holdfast_owner;
alter table retention enable row level security;
alter table retention force row level security;
create policy everybody_inherits on retention as permissive for select to public using (((level = 'provider'::text) AND (NULLIF(current_setting('holdfast.company'::text, true), ''::text) IS NOT NULL)));
create policy journal_reads on retention as permissive for select to holdfast_journal using (true);
create policy own_company on retention as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
CREATE TRIGGER journal_changed AFTER UPDATE ON public.retention FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.retention FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years, changed_at) on retention to holdfast_app;
grant select on retention to holdfast_journal;
grant select on retention to holdfast_worker;

create table run (
  company_id uuid not null,
  run_id uuid not null,
  client_run_id uuid not null,
  agent_id uuid not null,
  machine_id uuid not null,
  source_id uuid not null,
  zone_id text not null,
  fencing_token bigint not null,
  lease_until timestamp(3) with time zone not null,
  heartbeat_at timestamp(3) with time zone not null default now(),
  started_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  outcome text,
  code text,
  files bigint not null default 0,
  bytes bigint not null default 0,
  stored_bytes bigint not null default 0,
  cancel_requested_at timestamp(3) with time zone,
  snapshot_id text,
  due_at timestamp(3) with time zone,
  is_catch_up boolean not null default false,
  attempt integer not null default 1,
  must_end_at timestamp(3) with time zone,
  constraint run_pkey PRIMARY KEY (company_id, run_id),
  constraint run_company_id_agent_id_client_run_id_key UNIQUE (company_id, agent_id, client_run_id),
  constraint run_company_id_agent_id_fkey FOREIGN KEY (company_id, agent_id) REFERENCES agent(company_id, agent_id),
  constraint run_company_id_machine_id_fkey FOREIGN KEY (company_id, machine_id) REFERENCES machine(company_id, machine_id),
  constraint run_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint run_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint run_attempt_check CHECK (((attempt >= 1) AND (attempt <= 100))),
  constraint run_check CHECK (((ended_at IS NULL) = (outcome IS NULL))),
  constraint run_check1 CHECK (((due_at IS NOT NULL) OR (NOT is_catch_up))),
  constraint run_check2 CHECK (((outcome IS DISTINCT FROM 'missed'::text) OR (due_at IS NOT NULL))),
  constraint run_check3 CHECK (((due_at IS NOT NULL) OR (attempt = 1))),
  constraint run_code_check CHECK ((length(code) <= 100)),
  constraint run_outcome_check CHECK ((outcome = ANY (ARRAY['complete'::text, 'complete_with_gaps'::text, 'failed'::text, 'missed'::text, 'cancelled'::text]))),
  constraint run_snapshot_id_check CHECK ((snapshot_id ~ '^[0-9a-f]{32}$'::text))
);
alter table run owner to holdfast_owner;
alter table run enable row level security;
alter table run force row level security;
CREATE INDEX run_machine ON public.run USING btree (company_id, machine_id, run_id DESC);
CREATE INDEX run_machine_begun ON public.run USING btree (company_id, machine_id, fencing_token DESC);
CREATE INDEX run_newest ON public.run USING btree (run_id DESC);
CREATE UNIQUE INDEX run_open ON public.run USING btree (company_id, source_id) WHERE (ended_at IS NULL);
CREATE INDEX run_open_lease ON public.run USING btree (lease_until) WHERE (ended_at IS NULL);
CREATE INDEX run_source ON public.run USING btree (company_id, source_id, run_id DESC);
CREATE INDEX run_source_begun ON public.run USING btree (company_id, source_id, fencing_token DESC);
create policy journal_reads on run as permissive for select to holdfast_journal using (true);
create policy own_company on run as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on run as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE OF ended_at, outcome, code, snapshot_id, cancel_requested_at ON public.run FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.run FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (lease_until, heartbeat_at, ended_at, outcome, code, files, bytes, stored_bytes, cancel_requested_at, snapshot_id) on run to holdfast_app;
grant select on run to holdfast_journal;
grant select on run to holdfast_staff;
grant insert, select, update (lease_until, heartbeat_at, ended_at, outcome, code, files, bytes, stored_bytes, cancel_requested_at, snapshot_id) on run to holdfast_worker;

create table schedule (
  company_id uuid not null,
  level text not null,
  subject_id uuid not null,
  machine_id uuid default 
CASE level
    WHEN 'machine'::text THEN subject_id
    ELSE NULL::uuid
END,
  source_id uuid default 
CASE level
    WHEN 'source'::text THEN subject_id
    ELSE NULL::uuid
END,
  cron text,
  time_zone text,
  jitter_seconds integer,
  catch_up_minutes integer,
  is_paused boolean not null default false,
  timed_at timestamp(3) with time zone not null default now(),
  window_hours integer[],
  window_ends_runs boolean,
  bandwidth jsonb,
  constraint schedule_pkey PRIMARY KEY (company_id, level, subject_id),
  constraint schedule_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint schedule_company_id_machine_id_fkey FOREIGN KEY (company_id, machine_id) REFERENCES machine(company_id, machine_id),
  constraint schedule_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint schedule_bandwidth_check CHECK (is_bandwidth(bandwidth)),
  constraint schedule_catch_up_minutes_check CHECK (((catch_up_minutes >= 0) AND (catch_up_minutes <= 10080))),
  constraint schedule_check CHECK (((level <> 'company'::text) OR (subject_id = company_id))),
  constraint schedule_check1 CHECK (((cron IS NULL) = (time_zone IS NULL))),
  constraint schedule_check2 CHECK (((window_hours IS NULL) = (window_ends_runs IS NULL))),
  constraint schedule_check3 CHECK (((level = 'company'::text) OR (bandwidth IS NULL))),
  constraint schedule_cron_check CHECK ((length(cron) <= 200)),
  constraint schedule_jitter_seconds_check CHECK (((jitter_seconds >= 0) AND (jitter_seconds <= 21600))),
  constraint schedule_level_check CHECK ((level = ANY (ARRAY['company'::text, 'machine'::text, 'source'::text]))),
  constraint schedule_time_zone_check CHECK ((length(time_zone) <= 64)),
  constraint schedule_window_hours_check CHECK (is_week(window_hours))
);
alter table schedule owner to holdfast_owner;
alter table schedule enable row level security;
alter table schedule force row level security;
create policy journal_reads on schedule as permissive for select to holdfast_journal using (true);
create policy own_company on schedule as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on schedule as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.schedule FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.schedule FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (cron, time_zone, jitter_seconds, catch_up_minutes, is_paused, timed_at, window_hours, window_ends_runs, bandwidth) on schedule to holdfast_app;
grant select on schedule to holdfast_journal;
grant select on schedule to holdfast_staff;
grant select on schedule to holdfast_worker;

create table scrub_finding (
  company_id uuid not null,
  finding_id uuid not null default gen_random_uuid(),
  zone_id text not null,
  pack_no bigint,
  object_key text,
  kind text not null,
  size_bytes bigint not null,
  code text not null,
  found_at timestamp(3) with time zone not null default now(),
  healed_at timestamp(3) with time zone,
  touched bigint[],
  is_exact boolean not null default false,
  traced_at timestamp(3) with time zone,
  constraint scrub_finding_pkey PRIMARY KEY (company_id, finding_id),
  constraint scrub_finding_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint scrub_finding_company_id_pack_no_fkey FOREIGN KEY (company_id, pack_no) REFERENCES pack(company_id, pack_no),
  constraint scrub_finding_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint scrub_finding_check CHECK (((pack_no IS NULL) <> (object_key IS NULL))),
  constraint scrub_finding_code_check CHECK ((length(code) <= 100)),
  constraint scrub_finding_kind_check CHECK ((kind = ANY (ARRAY['content'::text, 'meta'::text, 'log'::text, 'wrap'::text, 'agent'::text, 'source'::text, 'manifest'::text, 'receipt'::text, 'header'::text]))),
  constraint scrub_finding_size_bytes_check CHECK ((size_bytes >= 0))
);
alter table scrub_finding owner to holdfast_owner;
alter table scrub_finding enable row level security;
alter table scrub_finding force row level security;
CREATE UNIQUE INDEX scrub_finding_open_object ON public.scrub_finding USING btree (company_id, zone_id, object_key) WHERE (healed_at IS NULL);
CREATE UNIQUE INDEX scrub_finding_open_pack ON public.scrub_finding USING btree (company_id, zone_id, pack_no) WHERE (healed_at IS NULL);
CREATE INDEX scrub_finding_untraced ON public.scrub_finding USING btree (company_id) WHERE (NOT is_exact);
create policy own_company on scrub_finding as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on scrub_finding as permissive for select to holdfast_staff using (true);
grant insert, select, update (healed_at, touched, is_exact, traced_at) on scrub_finding to holdfast_app;
grant select on scrub_finding to holdfast_staff;
grant insert, select, update (healed_at, touched, is_exact, traced_at) on scrub_finding to holdfast_worker;

create table scrub_round (
  company_id uuid not null,
  zone_id text not null,
  started_at timestamp(3) with time zone not null default now(),
  cursor text not null,
  read_bytes bigint not null,
  left_bytes bigint not null,
  last_full_at timestamp(3) with time zone,
  next_at timestamp(3) with time zone not null,
  counted_at timestamp(3) with time zone not null default now(),
  constraint scrub_round_pkey PRIMARY KEY (company_id, zone_id),
  constraint scrub_round_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint scrub_round_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint scrub_round_cursor_check CHECK ((length(cursor) <= 600)),
  constraint scrub_round_left_bytes_check CHECK ((left_bytes >= 0)),
  constraint scrub_round_read_bytes_check CHECK ((read_bytes >= 0))
);
alter table scrub_round owner to holdfast_owner;
alter table scrub_round enable row level security;
alter table scrub_round force row level security;
CREATE INDEX scrub_round_due ON public.scrub_round USING btree (zone_id, next_at);
create policy own_company on scrub_round as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on scrub_round as permissive for select to holdfast_staff using (true);
grant insert, select, update (started_at, cursor, read_bytes, left_bytes, last_full_at, next_at, counted_at) on scrub_round to holdfast_app;
grant select on scrub_round to holdfast_staff;
grant insert, select, update (started_at, cursor, read_bytes, left_bytes, last_full_at, next_at, counted_at) on scrub_round to holdfast_worker;

create table session (
  company_id uuid not null,
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  constraint session_pkey PRIMARY KEY (company_id, token_hash),
  constraint session_token_hash_key UNIQUE (token_hash),
  constraint session_company_id_person_id_fkey FOREIGN KEY (company_id, person_id) REFERENCES person(company_id, person_id),
  constraint session_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
alter table session owner to holdfast_owner;
alter table session enable row level security;
alter table session force row level security;
create policy look_up on session as permissive for select to holdfast_lookup using (true);
create policy look_up_end on session as permissive for delete to holdfast_lookup using (true);
create policy own_company on session as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant delete, insert, select on session to holdfast_app;
grant delete, select on session to holdfast_lookup;
grant insert, select on session to holdfast_worker;

create table snapshot (
  company_id uuid not null,
  commit bigint not null,
  snapshot_id text not null,
  scope integer not null,
  agent_id uuid not null,
  machine_id uuid not null,
  source_id uuid not null,
  run_id uuid not null,
  zone_id text not null,
  sequence bigint not null,
  header_hash bytea not null,
  header bytea not null,
  top_page_id bytea not null,
  change_list_id bytea not null,
  epoch integer not null,
  started_at timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone not null,
  received_at timestamp(3) with time zone not null,
  outcome text not null,
  entries bigint not null,
  files bigint not null,
  bytes bigint not null,
  gaps bigint not null,
  manifest_size integer not null,
  manifest_sha256 bytea not null,
  pack_high bigint not null,
  class text,
  backup_left_at timestamp(3) with time zone,
  frozen_at timestamp(3) with time zone,
  retain_until timestamp(3) with time zone,
  archive_expired_at timestamp(3) with time zone,
  is_kept boolean not null default ((backup_left_at IS NULL) OR ((frozen_at IS NOT NULL) AND (archive_expired_at IS NULL))),
  constraint snapshot_pkey PRIMARY KEY (company_id, commit),
  constraint snapshot_company_id_agent_id_sequence_key UNIQUE (company_id, agent_id, sequence),
  constraint snapshot_company_id_snapshot_id_key UNIQUE (company_id, snapshot_id),
  constraint snapshot_company_id_commit_fkey FOREIGN KEY (company_id, commit) REFERENCES commit_number(company_id, commit),
  constraint snapshot_company_id_run_id_fkey FOREIGN KEY (company_id, run_id) REFERENCES run(company_id, run_id),
  constraint snapshot_company_id_source_id_fkey FOREIGN KEY (company_id, source_id) REFERENCES source(company_id, source_id),
  constraint snapshot_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id),
  constraint snapshot_change_list_id_check CHECK ((octet_length(change_list_id) = 32)),
  constraint snapshot_check CHECK (((outcome = 'complete'::text) = (gaps = 0))),
  constraint snapshot_check1 CHECK (((class IS NULL) = (frozen_at IS NULL))),
  constraint snapshot_check2 CHECK (((class IS NULL) = (retain_until IS NULL))),
  constraint snapshot_check3 CHECK (((archive_expired_at IS NULL) OR (frozen_at IS NOT NULL))),
  constraint snapshot_check4 CHECK ((retain_until <= (received_at + '3653 days'::interval))),
  constraint snapshot_class_check CHECK ((class = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text, 'yearly'::text]))),
  constraint snapshot_header_check CHECK ((octet_length(header) <= 4096)),
  constraint snapshot_header_hash_check CHECK ((octet_length(header_hash) = 32)),
  constraint snapshot_manifest_sha256_check CHECK ((octet_length(manifest_sha256) = 32)),
  constraint snapshot_outcome_check CHECK ((outcome = ANY (ARRAY['complete'::text, 'complete_with_gaps'::text]))),
  constraint snapshot_sequence_check CHECK ((sequence > 0)),
  constraint snapshot_snapshot_id_check CHECK ((snapshot_id ~ '^[0-9a-f]{32}$'::text)),
  constraint snapshot_top_page_id_check CHECK ((octet_length(top_page_id) = 32))
);
alter table snapshot owner to holdfast_owner;
alter table snapshot enable row level security;
alter table snapshot force row level security;
CREATE INDEX snapshot_machine ON public.snapshot USING btree (company_id, machine_id, commit DESC);
CREATE INDEX snapshot_of_source ON public.snapshot USING btree (company_id, source_id, commit) WHERE ((backup_left_at IS NULL) OR (class IS NOT NULL));
CREATE INDEX snapshot_source ON public.snapshot USING btree (company_id, source_id, commit DESC);
create policy journal_reads on snapshot as permissive for select to holdfast_journal using (true);
create policy own_company on snapshot as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on snapshot as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.snapshot FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.snapshot FOR EACH ROW EXECUTE FUNCTION journal_row();
CREATE TRIGGER snapshot_protected BEFORE DELETE OR UPDATE ON public.snapshot FOR EACH ROW EXECUTE FUNCTION snapshot_protect();
grant insert, select on snapshot to holdfast_app;
grant select on snapshot to holdfast_journal;
grant select (company_id, commit, snapshot_id, scope, agent_id, machine_id, source_id, run_id, zone_id, sequence, started_at, ended_at, received_at, outcome, entries, files, bytes, gaps, manifest_size, class, backup_left_at, frozen_at, retain_until, archive_expired_at, is_kept) on snapshot to holdfast_staff;
grant insert, select, update (class, backup_left_at, frozen_at, retain_until, archive_expired_at) on snapshot to holdfast_worker;

create table source (
  company_id uuid not null,
  source_id uuid not null,
  machine_id uuid not null,
  agent_id uuid not null,
  kind text not null,
  ordinal integer not null,
  number integer not null,
  definition bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  changed_at timestamp(3) with time zone not null default now(),
  constraint source_pkey PRIMARY KEY (company_id, source_id),
  constraint source_company_id_machine_id_kind_ordinal_key UNIQUE (company_id, machine_id, kind, ordinal),
  constraint source_company_id_agent_id_fkey FOREIGN KEY (company_id, agent_id) REFERENCES agent(company_id, agent_id),
  constraint source_company_id_machine_id_fkey FOREIGN KEY (company_id, machine_id) REFERENCES machine(company_id, machine_id),
  constraint source_kind_check CHECK ((kind = 'files'::text)),
  constraint source_number_check CHECK ((number >= 0)),
  constraint source_ordinal_check CHECK (((ordinal >= 1) AND (ordinal <= 100000)))
);
alter table source owner to holdfast_owner;
alter table source enable row level security;
alter table source force row level security;
create policy journal_reads on source as permissive for select to holdfast_journal using (true);
create policy own_company on source as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on source as permissive for select to holdfast_staff using (true);
CREATE TRIGGER journal_changed AFTER UPDATE ON public.source FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION journal_row();
CREATE TRIGGER journal_made AFTER INSERT OR DELETE ON public.source FOR EACH ROW EXECUTE FUNCTION journal_row();
grant insert, select, update (agent_id, number, definition, changed_at) on source to holdfast_app;
grant select on source to holdfast_journal;
grant select (company_id, source_id, machine_id, kind, ordinal, number, created_at, changed_at) on source to holdfast_staff;
grant insert, select on source to holdfast_worker;

create table sweep (
  company_id uuid not null,
  round bigint not null,
  begun_at timestamp(3) with time zone not null default now(),
  finished_at timestamp(3) with time zone,
  retry_at timestamp(3) with time zone,
  held_code text,
  held_detail text,
  tier text not null default 'backup'::text,
  constraint sweep_pkey PRIMARY KEY (company_id, tier),
  constraint sweep_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint sweep_held_code_check CHECK ((length(held_code) <= 100)),
  constraint sweep_held_detail_check CHECK ((length(held_detail) <= 1000)),
  constraint sweep_tier_check CHECK ((tier = ANY (ARRAY['backup'::text, 'archive'::text])))
);
alter table sweep owner to holdfast_owner;
alter table sweep enable row level security;
alter table sweep force row level security;
create policy own_company on sweep as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on sweep as permissive for select to holdfast_staff using (true);
grant select on sweep to holdfast_app;
grant select on sweep to holdfast_staff;
grant insert, select, update (round, begun_at, finished_at, retry_at, held_code, held_detail) on sweep to holdfast_worker;

create table sweep_live (
  company_id uuid not null,
  job text not null,
  pack_no bigint not null,
  frame integer not null,
  constraint sweep_live_pkey PRIMARY KEY (company_id, job, pack_no, frame)
);
alter table sweep_live owner to holdfast_owner;
alter table sweep_live enable row level security;
alter table sweep_live force row level security;
create policy own_company on sweep_live as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant select on sweep_live to holdfast_app;
grant delete, insert, select on sweep_live to holdfast_worker;

create table sweep_page (
  company_id uuid not null,
  job text not null,
  machine_id uuid not null,
  scope integer not null,
  page_id bytea not null,
  pack_no bigint not null,
  is_entered boolean not null default false,
  constraint sweep_page_pkey PRIMARY KEY (company_id, job, machine_id, scope, page_id),
  constraint sweep_page_page_id_check CHECK ((octet_length(page_id) = 32))
);
alter table sweep_page owner to holdfast_owner;
alter table sweep_page enable row level security;
alter table sweep_page force row level security;
CREATE INDEX sweep_page_open ON public.sweep_page USING btree (company_id, job, pack_no) WHERE (NOT is_entered);
create policy own_company on sweep_page as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
grant select on sweep_page to holdfast_app;
grant delete, insert, select, update (is_entered) on sweep_page to holdfast_worker;

create table watermark (
  company_id uuid not null,
  zone_id text not null,
  commit bigint not null default 0,
  moved_at timestamp(3) with time zone not null default now(),
  constraint watermark_pkey PRIMARY KEY (company_id, zone_id),
  constraint watermark_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(company_id),
  constraint watermark_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone(zone_id)
);
alter table watermark owner to holdfast_owner;
alter table watermark enable row level security;
alter table watermark force row level security;
create policy own_company on watermark as permissive for all to public using ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid)) with check ((company_id = (NULLIF(current_setting('holdfast.company'::text, true), ''::text))::uuid));
create policy staff_reads on watermark as permissive for select to holdfast_staff using (true);
grant insert, select, update (commit, moved_at) on watermark to holdfast_app;
grant select on watermark to holdfast_staff;
grant insert, select, update (commit, moved_at) on watermark to holdfast_worker;

create table zone (
  zone_id text not null,
  ordinal integer not null,
  kind text not null,
  state text not null default 'healthy'::text,
  probed_at timestamp(3) with time zone,
  latency_ms double precision,
  free_bytes bigint,
  total_bytes bigint,
  error_code text,
  state_since timestamp(3) with time zone not null default now(),
  constraint zone_pkey PRIMARY KEY (zone_id),
  constraint zone_ordinal_key UNIQUE (ordinal),
  constraint zone_kind_check CHECK ((kind = ANY (ARRAY['fs'::text, 's3'::text, 'memory'::text]))),
  constraint zone_ordinal_check CHECK (((ordinal >= 1) AND (ordinal <= 16))),
  constraint zone_state_check CHECK ((state = ANY (ARRAY['healthy'::text, 'unreachable'::text, 'catching_up'::text]))),
  constraint zone_zone_id_check CHECK ((zone_id ~ '^[a-z0-9-]{1,64}$'::text))
);
alter table zone owner to holdfast_owner;
grant insert, select, update (ordinal, kind, state, probed_at, latency_ms, free_bytes, total_bytes, error_code, state_since) on zone to holdfast_app;
grant select on zone to holdfast_journal;
grant select on zone to holdfast_staff;
grant insert, select, update (ordinal, kind, state, probed_at, latency_ms, free_bytes, total_bytes, error_code, state_since) on zone to holdfast_worker;

CREATE OR REPLACE FUNCTION public.end_session(wanted_hash bytea)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ delete from public.session s where s.token_hash = wanted_hash $function$;
alter function end_session(bytea) owner to holdfast_lookup;
grant execute on function end_session(bytea) to holdfast_app;

CREATE OR REPLACE FUNCTION public.find_agent(wanted_id uuid)
 RETURNS TABLE(company_id uuid, agent_id uuid, machine_id uuid, sign_public_key bytea, box_public_key bytea, cert_hash bytea, last_sequence bigint, last_header bytea, last_header_hash bytea, is_revoked boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ select a.company_id, a.agent_id, a.machine_id, a.sign_public_key, a.box_public_key, a.cert_hash, a.last_sequence,
               a.last_header, a.last_header_hash, a.revoked_at is not null
        from public.agent a where a.agent_id = wanted_id $function$;
alter function find_agent(uuid) owner to holdfast_lookup;
grant execute on function find_agent(uuid) to holdfast_app;

CREATE OR REPLACE FUNCTION public.find_enrolment(wanted_id uuid)
 RETURNS TABLE(company_id uuid, enrolment_id uuid, payload bytea, enrolment_public_key bytea, expires_at timestamp with time zone, machine_name_hint text, is_used boolean, is_expired boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ select e.company_id, e.enrolment_id, e.payload, e.enrolment_public_key, e.expires_at, e.machine_name_hint,
               e.used_at is not null, e.expires_at <= now()
        from public.enrolment e where e.enrolment_id = wanted_id $function$;
alter function find_enrolment(uuid) owner to holdfast_lookup;
grant execute on function find_enrolment(uuid) to holdfast_app;

CREATE OR REPLACE FUNCTION public.find_invitation(wanted_id uuid)
 RETURNS TABLE(company_id uuid, invitation_id uuid, company_name text, provider_name text, email text, role text, auth_hash bytea, expires_at timestamp with time zone, is_used boolean, is_expired boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ select i.company_id, i.invitation_id, c.name, coalesce((select p.name from public.provider p), ''), i.email, i.role,
               i.auth_hash, i.expires_at, i.used_at is not null, i.expires_at <= now()
        from public.invitation i join public.company c on c.company_id = i.company_id where i.invitation_id = wanted_id $function$;
alter function find_invitation(uuid) owner to holdfast_lookup;
grant execute on function find_invitation(uuid) to holdfast_app;

CREATE OR REPLACE FUNCTION public.find_person_by_email(wanted_email text)
 RETURNS TABLE(company_id uuid, person_id uuid, kind text, role text, email text, password_hash text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ select p.company_id, p.person_id, p.kind, p.role, p.email, p.password_hash
        from public.person p where p.email = lower(wanted_email) $function$;
alter function find_person_by_email(text) owner to holdfast_lookup;
grant execute on function find_person_by_email(text) to holdfast_app;

CREATE OR REPLACE FUNCTION public.find_session(wanted_hash bytea)
 RETURNS TABLE(company_id uuid, person_id uuid, kind text, role text, email text, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$ select s.company_id, p.person_id, p.kind, p.role, p.email, s.expires_at
        from public.session s join public.person p on p.company_id = s.company_id and p.person_id = s.person_id
        where s.token_hash = wanted_hash and s.expires_at > now() $function$;
alter function find_session(bytea) owner to holdfast_lookup;
grant execute on function find_session(bytea) to holdfast_app;

CREATE OR REPLACE FUNCTION public.hold_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
begin
  if tg_op = 'DELETE' then raise exception 'a hold is history and stays' using errcode = 'HF001'; end if;
  if old.lifted_at is not null or to_jsonb(old) - array['lifted_by', 'lifted_at'] is distinct from to_jsonb(new) - array['lifted_by', 'lifted_at'] then
    raise exception 'a hold can be lifted, once, and nothing else' using errcode = 'HF001';
  end if;
  return new;
end $function$;
alter function hold_protect() owner to holdfast_owner;
grant execute on function hold_protect() to public;

CREATE OR REPLACE FUNCTION public.is_bandwidth(rules jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'public'
AS $function$
  select jsonb_typeof(rules) = 'array' and jsonb_array_length(rules) <= 6 and not exists (
    select from jsonb_array_elements(rules) as rule
    where (is_week(array(select hours::integer from jsonb_array_elements_text(rule -> 'hours') as hours))
      and (rule ->> 'bytesPerSecond')::bigint between 62500 and 1250000000) is not true)
$function$;
alter function is_bandwidth(jsonb) owner to holdfast_owner;
grant execute on function is_bandwidth(jsonb) to public;

CREATE OR REPLACE FUNCTION public.is_week(hours integer[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog'
RETURN ((cardinality(hours) = 7) AND (0 <= ALL (hours)) AND (16777215 >= ALL (hours)) AND (0 < ANY (hours)));
alter function is_week(integer[]) owner to holdfast_owner;
grant execute on function is_week(integer[]) to public;

CREATE OR REPLACE FUNCTION public.journal_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
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
end $function$;
alter function journal_row() owner to holdfast_owner;
grant execute on function journal_row() to public;

CREATE OR REPLACE FUNCTION public.locked_pack_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
begin
  if exists (select from pack p where p.company_id = old.company_id and p.pack_no = old.pack_no
      and p.locked_until > now() and p.state in ('live', 'quarantined')) then
    raise exception 'the pack is locked' using errcode = 'HF001';
  end if;
  return old;
end $function$;
alter function locked_pack_protect() owner to holdfast_owner;
grant execute on function locked_pack_protect() to public;

CREATE OR REPLACE FUNCTION public.object_presence_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
begin
  if exists (select from object o where o.company_id = old.company_id and o.object_key = old.object_key and o.deleting_at is null) then
    raise exception 'where an object lies is forgotten only when it is deleted' using errcode = 'HF001';
  end if;
  return old;
end $function$;
alter function object_presence_protect() owner to holdfast_owner;
grant execute on function object_presence_protect() to public;

CREATE OR REPLACE FUNCTION public.object_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
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
end $function$;
alter function object_protect() owner to holdfast_owner;
grant execute on function object_protect() to public;

CREATE OR REPLACE FUNCTION public.pack_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
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
end $function$;
alter function pack_protect() owner to holdfast_owner;
grant execute on function pack_protect() to public;

CREATE OR REPLACE FUNCTION public.snapshot_protect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public'
AS $function$
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
end $function$;
alter function snapshot_protect() owner to holdfast_owner;
grant execute on function snapshot_protect() to public;

grant create, usage on schema pgboss to holdfast_worker;
grant usage on schema public to holdfast_app;
grant usage on schema public to holdfast_journal;
grant usage on schema public to holdfast_lookup;
grant usage on schema public to holdfast_staff;
grant usage on schema public to holdfast_worker;
grant usage on schema public to public;
