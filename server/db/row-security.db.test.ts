import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOTHING_SET } from "../domain/schedule/effective-schedule.ts";
import {
  bytes,
  createEnrolment,
  createScene,
  openRun,
  packOf,
  publishSnapshot,
  registerZones,
  type Scene,
  ZONE_1,
} from "../domain/testing/store-scene.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { openPgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";

/** Tables without a company: nothing of a tenant stands in them. */
const PROVIDER_TABLES = ["provider", "policy", "zone", "journal_head", "journal_segment", "journal_zone"];

let database: TestDatabase;
let own: Scene;
let strange: Scene;
let tables: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  const opened = openPgDatabase({ url: database.appUrl });
  const store = createPgStore(opened);
  const workerOpened = openPgDatabase({ url: database.workerUrl });
  const workerStore = createPgStore(workerOpened);
  await registerZones(store);
  const first = { personId: randomUUID(), email: "first@harbour.example", passwordHash: "$hash" };
  await store.createFirstStaff({ providerName: "Harbour IT", ...first });
  own = await createScene(store);
  strange = await createScene(store);
  for (const scene of [own, strange]) {
    const page = bytes(32);
    const pack = packOf(scene, [page], 2);
    await store.recordPack(scene.companyId, await openRun(store, scene), ZONE_1, pack);
    const sweeping = await workerStore.takeJob({ companyId: scene.companyId, name: "sweep" }, "worker", 60_000);
    const marks = { jobName: "sweep", tier: "backup" as const, fencingToken: sweeping?.fencingToken ?? 0 };
    await workerStore.beginSweep(scene.companyId, marks, { isPlanOnly: false });
    const { machineId } = scene;
    await workerStore.markIds(scene.companyId, marks, { machineId, scope: 0, ids: page, arePages: true });
    const { snapshot, commit } = await publishSnapshot(store, scene, null, { closedPageIds: bytes(32) });
    await workerStore.putDueFreezes(scene.companyId, scene.sourceId, [commit]);
    const hold = { holdId: randomUUID(), snapshotId: snapshot.snapshotId, reason: "case 7", byPersonId: scene.ownerId };
    await store.placeHold(scene.companyId, hold);
    const { companyId, ownerId: byPersonId } = scene;
    const collector = { collectorId: randomUUID(), name: "Files", path: `/srv/${companyId}`, byPersonId };
    await store.proposeCollector(companyId, collector);
    const policyId = randomUUID();
    await store.createPolicy({ policyId, name: `Gold ${policyId}`, byPersonId });
    await store.assignPolicy(companyId, { policyId, byPersonId });
    const enrolmentId = await createEnrolment(store, companyId);
    await store.consentCollector(companyId, { ...collector, enrolmentId, link: "https://x.test/enrol/1#2" });
    await store.createSession({
      tokenHash: bytes(32),
      personId: scene.ownerId,
      companyId: scene.companyId,
      lifetimeMs: 60_000,
    });
    await store.useNonce(scene.companyId, scene.agentId, {
      nonce: bytes(16),
      lifetimeMs: 60_000,
      agentVersion: "0.1.0",
    });
    await store.markCopy(scene.companyId, ZONE_1, { packId: pack.packId, state: "missing", code: "not_found" });
    const job = { companyId: scene.companyId, name: `scrub/${ZONE_1}` };
    const taken = await store.takeJob(job, "worker", 60_000);
    await store.saveScrubRound(scene.companyId, ZONE_1, {
      ...{
        fencingToken: taken?.fencingToken ?? 0,
        leaseMs: 60_000,
        kind: "begin",
        readBytes: 0,
        leftBytes: 0,
        nextInMs: 0,
      },
      ...{ isCounted: true, place: { phase: "objects", after: "" }, verified: { packIds: [], objectKeys: [] } },
    });
    await store.advanceWatermark(scene.companyId, ZONE_1);
    const settings = { ...NOTHING_SET, jitterSeconds: 60 };
    const schedule = { level: "source", subjectId: scene.sourceId, settings, byPersonId: scene.ownerId } as const;
    await store.putSchedule(scene.companyId, schedule);
    const nothing = { freezeAfterDays: 3, dailyDays: null, weeklyWeeks: null, monthlyMonths: null, yearlyYears: null };
    await store.putRetention(scene.companyId, { ...schedule, settings: nothing });
    const expected = { sourceId: scene.sourceId, dueAt: new Date(), missedAfter: new Date() };
    await store.expectRuns(scene.companyId, [scene.sourceId], [expected]);
    const missed = {
      sourceId: scene.sourceId,
      dueAt: expected.dueAt,
      end: { kind: "missed", runId: randomUUID() },
    } as const;
    await store.endOverdueRun(scene.companyId, missed);
  }
  await opened.close();
  await workerOpened.close();
  const rows = await as(database.ownerUrl, [
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     and not relispartition and relname not like '\\_%'`,
  ]);
  tables = rows.map((row) => String(row.relname)).filter((name) => !PROVIDER_TABLES.includes(name));
});

afterAll(async () => database.drop());

async function as(url: string, statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("begin");
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

const setCompany = (companyId: string) => `set local holdfast.company = '${companyId}'`;

describe("row-level security under the application's role", () => {
  test("is enabled and forced on every table of a tenant, partitions included", async () => {
    const rows = await as(database.ownerUrl, [
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and relname not like '\\_%' and relname <> all (array['${PROVIDER_TABLES.join("','")}']) and not (relrowsecurity and relforcerowsecurity)`,
    ]);
    expect(rows).toEqual([]);
    expect(tables.length).toBeGreaterThan(20);
  });

  test("without a company there are no rows in any table", async () => {
    for (const role of [database.appUrl, database.workerUrl]) {
      for (const table of tables) {
        expect([table, await as(role, [`select count(*)::int as n from ${table}`])]).toEqual([table, [{ n: 0 }]]);
        const emptied = [setCompany(""), `select count(*)::int as n from ${table}`];
        expect([table, await as(role, emptied)]).toEqual([table, [{ n: 0 }]]);
      }
    }
  });

  test("with a company there are its rows and no others", async () => {
    for (const table of tables) {
      const read = `select count(*)::int as n, count(*) filter (where company_id <> '${own.companyId}')::int as others from ${table}`;
      const rows = await as(database.appUrl, [setCompany(own.companyId), read]);
      expect([table, rows[0]?.others]).toEqual([table, 0]);
      expect([table, Number(rows[0]?.n) > 0]).toEqual([table, true]);
    }
  });

  test("of the policies a company sees its own, changes none, and without a company there are none", async () => {
    const read = "select count(*)::int as n, count(*) filter (where c.company_id is null)::int as others";
    const rows = `${read} from policy p left join company c on c.policy_id = p.policy_id`;
    for (const role of [database.appUrl, database.workerUrl]) {
      expect(await as(role, [rows])).toEqual([{ n: 0, others: 0 }]);
      expect(await as(role, [setCompany(own.companyId), rows])).toEqual([{ n: 1, others: 0 }]);
    }
    const change = "update policy set is_paused = true returning 1";
    expect(await as(database.appUrl, [setCompany(own.companyId), change])).toEqual([]);
    expect(await as(database.appUrl, [setCompany(own.companyId), "delete from policy returning 1"])).toEqual([]);
  });

  test("a row of another company is neither inserted, nor updated, nor deleted", async () => {
    const insert = `insert into machine (company_id, machine_id, name) values ('${strange.companyId}', gen_random_uuid(), 'x')`;
    await expect(as(database.appUrl, [setCompany(own.companyId), insert])).rejects.toMatchObject({ code: "42501" });
    await expect(as(database.appUrl, [insert])).rejects.toMatchObject({ code: "42501" });
    const update = `update company set last_commit = 99 where company_id = '${strange.companyId}' returning 1`;
    expect(await as(database.appUrl, [setCompany(own.companyId), update])).toEqual([]);
    const remove = `delete from session where company_id = '${strange.companyId}' returning 1`;
    expect(await as(database.appUrl, [setCompany(own.companyId), remove])).toEqual([]);
  });

  test("history cannot be changed or removed even by its own company", async () => {
    for (const statement of [
      "delete from snapshot",
      "update snapshot set received_at = now()",
      "delete from key_object",
      "update key_object set bytes = ''",
      "delete from audit",
      "delete from outbox",
      "delete from pack",
      "delete from chunk",
      "delete from scrub_finding",
      "update scrub_finding set code = 'x'",
      "delete from pack_presence",
      "update sweep set round = 0",
      "delete from sweep_live",
      "update company set name = 'x'",
    ]) {
      const attempt = as(database.appUrl, [setCompany(own.companyId), statement]);
      await expect(attempt, statement).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("partitions cannot be reached past their parent", async () => {
    const attempt = as(database.appUrl, [setCompany(own.companyId), "select * from chunk_0"]);
    await expect(attempt).rejects.toMatchObject({ code: "42501" });
  });

  test("the application does not inherit the sight of staff, and can put it on", async () => {
    expect(await as(database.appUrl, ["select count(*)::int as n from company"])).toEqual([{ n: 0 }]);
    const rows = await as(database.appUrl, ["set local role holdfast_staff", "select count(*)::int as n from company"]);
    expect(rows).toEqual([{ n: 2 }]);
  });

  test("staff see no secret column and change nothing", async () => {
    for (const statement of [
      "select password_hash from person",
      "select token_hash from session",
      "select payload from enrolment",
      "select bytes from key_object",
      "select definition from source",
      "select header from snapshot",
      "select * from chunk",
      "select * from member_blob",
      "update company set last_commit = 0",
      "delete from snapshot",
    ]) {
      const attempt = as(database.appUrl, ["set local role holdfast_staff", statement]);
      await expect(attempt, statement).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("nobody can put on the look-up role, and the worker cannot look people up", async () => {
    for (const url of [database.appUrl, database.workerUrl]) {
      await expect(as(url, ["set local role holdfast_lookup"])).rejects.toMatchObject({ code: "42501" });
    }
    const attempt = as(database.workerUrl, ["select * from find_person_by_email('a@example.com')"]);
    await expect(attempt).rejects.toMatchObject({ code: "42501" });
  });
});
