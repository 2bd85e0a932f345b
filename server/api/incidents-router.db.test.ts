import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { companyIdSchema } from "../../contracts/ids.ts";
import { memberViewerSchema, staffViewerSchema } from "../../contracts/viewer.ts";
import type { Caller } from "./context.ts";
import { appRouter } from "./router.ts";
import { type ApiWorld, openApiWorld } from "./testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "./testing/keyed-company.ts";
import { openTestIncident } from "./testing/open-test-incident.ts";

let world: ApiWorld;
let ours: KeyedCompany;
let theirs: KeyedCompany;
let incidentId = "";

beforeAll(async () => {
  world = await openApiWorld();
  ours = await createKeyedCompany(world.deps);
  theirs = await createKeyedCompany(world.deps);
  incidentId = await openTestIncident(world.deps, ours);
  await openTestIncident(world.deps, theirs);
  const { store } = world.deps;
  const [zone] = await store.listZones();
  const probe = { latencyMs: 1, freeBytes: null, totalBytes: null, errorCode: "zone_unreachable" } as const;
  await store.recordProbe(zone?.zoneId ?? "", { state: "unreachable", ...probe });
  await store.judgeIncidents(null, { awayMs: 0, behindMs: 0, freezeMs: 0 });
});
afterAll(() => world.close());

function apiOf(caller: Caller) {
  const authenticate = async () => caller;
  return appRouter.createCaller({
    deps: world.deps,
    headers: new Headers({ "x-holdfast-protocol": "1" }),
    clientAddress: randomUUID(),
    authenticate,
    authenticateAgain: authenticate,
  });
}

function staff(role: "admin" | "operator" | "auditor", personId = randomUUID() as string) {
  const viewer = staffViewerSchema.parse({ kind: "staff", personId, role, companyId: null });
  return apiOf({ kind: "staff", viewer, email: "s@x.test" });
}

function member(role: "owner" | "restorer" | "viewer") {
  const { personId, companyId } = ours;
  const viewer = memberViewerSchema.parse({ kind: "member", personId, role, companyId });
  return apiOf({ kind: "member", viewer, email: "m@x.test" });
}

test("staff see those of every company and of the zones, members those of their own company alone", async () => {
  const all = (await staff("auditor").incidents.list({})).rows;
  expect(all.map(({ kind, companyId }) => ({ kind, companyId }))).toEqual([
    { kind: "zone_away", companyId: null },
    { kind: "run_missed", companyId: theirs.companyId },
    { kind: "run_missed", companyId: ours.companyId },
  ]);
  const companyId = companyIdSchema.parse(ours.companyId);
  const own = (await staff("auditor").incidents.list({ companyId })).rows;
  expect((await member("viewer").incidents.list({})).rows).toEqual(own);
  expect(own).toMatchObject([{ incidentId, machine: { machineName: "front-desk", source: { sourceOrdinal: 1 } } }]);
  expect(await staff("auditor").incidents.count({})).toEqual({ open: 3, acknowledged: 0 });
  expect(await member("viewer").incidents.count({})).toEqual({ open: 1, acknowledged: 0 });
  const strange = { companyId: companyIdSchema.parse(theirs.companyId) };
  await expect(member("owner").incidents.list(strange)).rejects.toMatchObject({ message: "There is no such company." });
});

test("they are asked for by state and kind, a page at a time", async () => {
  const api = staff("auditor");
  expect((await api.incidents.list({ kinds: ["zone_away"] })).rows).toHaveLength(1);
  expect((await api.incidents.list({ states: ["closed"] })).rows).toEqual([]);
  const first = await api.incidents.list({ limit: 2 });
  const second = await api.incidents.list({ limit: 2, cursor: first.nextCursor ?? undefined });
  expect(second.rows).toMatchObject([{ incidentId }]);
  expect(second.nextCursor).toBeNull();
});

test("operators and owners say that they know of one, which stands in the audit; nobody else does", async () => {
  const said = { incidentId, note: "the disk is being replaced" };
  for (const api of [staff("auditor"), member("restorer"), member("viewer")]) {
    await expect(api.incidents.acknowledge(said)).rejects.toThrow("Your role does not allow this");
  }
  expect(await member("viewer").incidents.count({})).toEqual({ open: 1, acknowledged: 0 });
  const personId = randomUUID();
  await staff("operator", personId).incidents.acknowledge(said);
  const [shown] = (await member("viewer").incidents.list({})).rows;
  expect(shown).toMatchObject({ state: "acknowledged", acknowledged: { email: null, note: said.note } });
  await member("owner").incidents.acknowledge({ incidentId, note: "" });
  const [renewed] = (await member("viewer").incidents.list({})).rows;
  expect(renewed).toMatchObject({ acknowledged: { email: expect.stringMatching(/@x\.test$/), note: null } });
  const client = new Client({ connectionString: world.ownerUrl });
  await client.connect();
  await client.query(`set holdfast.company = '${ours.companyId}'`);
  const { rows } = await client.query(
    "select company_id, person_id, details from audit where action = 'incident_acknowledged' order by at",
  );
  await client.end();
  expect(rows).toEqual([
    { company_id: ours.companyId, person_id: personId, details: { incidentId } },
    { company_id: ours.companyId, person_id: ours.personId, details: { incidentId } },
  ]);
});

test("a zone's is the provider's to know of", async () => {
  const [zone] = (await staff("admin").incidents.list({ kinds: ["zone_away"] })).rows;
  const said = { incidentId: zone?.incidentId ?? "", note: "" };
  await expect(member("owner").incidents.acknowledge(said)).rejects.toThrow("there is no such incident");
  await staff("admin").incidents.acknowledge(said);
  expect(await staff("admin").incidents.count({})).toMatchObject({ acknowledged: 2 });
});
