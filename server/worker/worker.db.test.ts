import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../db/pg-database.ts";
import { createPgJournalStore } from "../db/pg-journal-store.ts";
import { createPgStore } from "../db/pg-store.ts";
import type { Store } from "../domain/store/store.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { newId } from "../platform/ids.ts";
import { createLog } from "../platform/log.ts";
import { type CompanyWorld, createCompanyWorld, sealTestSnapshot, startTestRun } from "../testing/company-world.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { type Faults, NO_FAULTS, withFaults } from "../zones/faulty-zone.ts";
import { createMemoryZone } from "../zones/memory-zone.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../zones/open-zones.ts";
import { startWorker, type Worker } from "./create-worker.ts";
import { probeZones } from "./probe-zones.ts";

const log = createLog("test");
log.level = "silent";
const clock = { now: () => new Date(), sleep: async () => undefined };
const WAIT = { timeout: 25_000, interval: 100 };

let testDatabase: TestDatabase;
const databases: PgDatabase[] = [];
let store: Store;
let workerStore: Store;
let world: CompanyWorld;
const objects = { zone1: new Map<string, Uint8Array>(), zone2: new Map<string, Uint8Array>() };
const faults: Record<"zone1" | "zone2", Faults> = { zone1: { ...NO_FAULTS }, zone2: { ...NO_FAULTS } };
let zones: OpenZoneSet;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  store = openStore(testDatabase.appUrl);
  workerStore = openStore(testDatabase.workerUrl);
  zones = zoneSetOf(
    (["zone1", "zone2"] as const).map((zoneId, at) => {
      const inner = createMemoryZone({ zoneId, primitives: nodePrimitives, objects: objects[zoneId] });
      const backup = withFaults(inner, { seed: at, clock, faults: faults[zoneId] });
      return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", backup, archive: backup });
    }),
  );
  for (const { zoneId, ordinal, zoneKind } of zones.all()) await store.registerZone({ zoneId, ordinal, zoneKind });
  world = await createCompanyWorld(store);
});
afterAll(async () => {
  for (const database of databases) await database.close();
  await testDatabase.drop();
});

function openDatabase(url: string): PgDatabase {
  const database = openPgDatabase({ url, connections: 4 });
  databases.push(database);
  return database;
}

const openStore = (url: string): Store => createPgStore(openDatabase(url));

function start(isReplicationPaused: boolean, sweepEveryMs = 0): Promise<Worker> {
  const passwords = { hashPassword: async () => "x", isPasswordOf: async () => false };
  const common = { primitives: nodePrimitives, randomness: nodeRandomness, passwords, newId };
  const deps = { store: workerStore, zones, ...common };
  const options = {
    log,
    owner: "test",
    now: () => new Date(),
    isReplicationPaused,
    missedGraceMs: 60_000,
    scrubDays: 30,
    ageEveryMs: 0,
    sweepEveryMs,
    collectors: null,
  };
  const journal = createPgJournalStore(openDatabase(testDatabase.workerUrl));
  const awaitJournal = async () => true;
  return startWorker({ deps, journal, awaitJournal, queueUrl: testDatabase.workerUrl, ...options });
}

/** One content pack, durable in zone 1. Returns its key. */
async function storePack(): Promise<string> {
  const run = await startTestRun(store, world, "zone1");
  const { contentPack } = sealTestSnapshot(run, [nodeRandomness.bytes(1_000)]);
  const { packId, bytes, index } = contentPack;
  const objectKey = packObjectKey(world.companyId, { packKind: "content", packId, tier: "backup" });
  objects.zone1.set(objectKey, Uint8Array.from(bytes));
  const chunkIds = index.frames[0]?.memberIds[0] ?? new Uint8Array(32);
  await store.recordPack(world.companyId, run, "zone1", {
    ...{ packId, packKind: "content", scope: 0, sizeBytes: bytes.length, machineId: world.machineId },
    ...{ directoryOffset: 300, directorySizeBytes: 100, members: { chunkIds, frames: [0], kinds: [1] } },
  });
  return objectKey;
}

async function stateOf(zoneId: string) {
  return (await store.listZones()).find((zone) => zone.zoneId === zoneId)?.state;
}

describe("the worker", () => {
  test("copies what appears, and what appears while it runs, and what a zone missed while it was away", async () => {
    const before = await storePack();
    const worker = await start(false);
    try {
      await vi.waitFor(() => expect(objects.zone2.has(before)).toBe(true), WAIT);
      const during = await storePack();
      await vi.waitFor(() => expect(objects.zone2.has(during)).toBe(true), WAIT);
      faults.zone2.isLost = true;
      const missed = await storePack();
      faults.zone2.isLost = false;
      await vi.waitFor(() => expect(objects.zone2.has(missed)).toBe(true), WAIT);
      expect(await stateOf("zone1")).toBe("healthy");
    } finally {
      await worker.stop();
    }
  });

  test("tries every zone again after seconds, not with the next minute", async () => {
    const worker = await start(true);
    const queue = new pg.Client({ connectionString: testDatabase.workerUrl });
    try {
      await queue.connect();
      await vi.waitFor(async () => {
        const { rows } = await queue.query(
          `select extract(epoch from start_after - created_on)::int as seconds from pgboss.job
           where name = 'probe-zones' and start_after > created_on`,
        );
        expect(rows).toContainEqual({ seconds: 5 });
      }, WAIT);
    } finally {
      await queue.end();
      await worker.stop();
    }
  });

  test("begins to scrub every zone, and follows what was found to its snapshots", async () => {
    const packId = (await storePack()).slice(-64);
    const { companyId } = world;
    await store.markCopy(companyId, "zone1", { packId, state: "missing", code: "not_found" });
    const worker = await start(false);
    try {
      await vi.waitFor(async () => {
        for (const zoneId of ["zone1", "zone2"]) expect(await store.findScrubRound(companyId, zoneId)).not.toBeNull();
        const order = { sort: "found", isDescending: false, states: [], limit: 10 } as const;
        const touched = (await store.listFindings(companyId, order)).map((row) => row.touched);
        expect(touched).toEqual([{ count: 0, isExact: true, newest: [] }]);
      }, WAIT);
    } finally {
      await worker.stop();
      await store.recordPresence(companyId, "zone1", { packIds: [packId], objectKeys: [] });
    }
  });

  test("copies nothing while replication is paused, but probes and ends runs", async () => {
    const lease = await startTestRun(store, world, "zone1");
    const { companyId, agentId, machineId, sourceId } = world;
    const ids = { agentId, machineId, sourceId, runId: newId(), clientRunId: newId() };
    await store.endRun(companyId, lease, { outcome: "failed", code: "test" });
    await store.startRun(companyId, {
      ...ids,
      zoneId: "zone1",
      leaseMs: 1,
      maxOtherRuns: 9,
      putOffMs: 1,
      mustEndAt: null,
    });
    const worker = await start(true);
    try {
      await vi.waitFor(async () => {
        expect(await store.findRun(companyId, ids.runId)).toMatchObject({ outcome: "failed", code: "lease_lost" });
      }, WAIT);
      const key = await storePack();
      expect(objects.zone2.has(key)).toBe(false);
    } finally {
      await worker.stop();
    }
  });
});

describe("a probe", () => {
  test("calls a zone healthy again only once nothing is missing in it, and leaves no canary behind", async () => {
    const deps = { store: workerStore, zones, randomness: nodeRandomness };
    faults.zone2.isLost = true;
    await probeZones(deps);
    expect(await stateOf("zone2")).toBe("unreachable");
    faults.zone2.isLost = false;
    const key = await storePack();
    await probeZones(deps);
    expect(await stateOf("zone2")).toBe("catching_up");
    const packId = key.slice(-64);
    for (const companyId of await workerStore.listCompaniesBehind("zone2")) {
      const page = { after: 0, limit: 500 };
      const packs = await workerStore.listMissingPacks(companyId, "zone2", page);
      const keys = await workerStore.listMissingObjects(companyId, "zone2", { after: "", limit: 500 });
      const copies = { packIds: packs.map((pack) => pack.packId), objectKeys: keys.map((each) => each.objectKey) };
      expect(copies.packIds).toContain(packId);
      await workerStore.recordPresence(companyId, "zone2", copies);
    }
    await probeZones(deps);
    expect(await stateOf("zone2")).toBe("healthy");
    expect([...objects.zone2.keys()].filter((name) => name.startsWith("control/canary"))).toEqual([]);
  });

  test("calls a zone full in which a canary fits, and the packs of a backup do not", async () => {
    const probeWith = async (freeBytes: number) => {
      const all = () =>
        zones.all().map((zone) => ({ ...zone, probe: async () => ({ ...(await zone.probe()), freeBytes }) }));
      await probeZones({ store: workerStore, zones: { ...zones, all }, randomness: nodeRandomness });
      return (await workerStore.listZones()).map(({ probe }) => probe?.errorCode);
    };
    expect(await probeWith(60 * 1024 * 1024)).toEqual(["full", "full"]);
    expect(await probeWith(70 * 1024 * 1024)).toEqual([null, null]);
  });
});

describe("the ledger", () => {
  test("is kept by the worker, with the worker's rights", async () => {
    const { companyId, machineId, sourceId } = await createCompanyWorld(store);
    const isToPlan = async () => (await store.listMachinesToPlan()).some((machine) => machine.machineId === machineId);
    const [first, second] = [new Date(Date.now() - 120_000), new Date(Date.now() - 60_000)];
    const runs = [first, second].map((dueAt) => ({ sourceId, dueAt, missedAfter: dueAt }));
    await workerStore.expectRuns(companyId, [sourceId], runs);
    const end = { kind: "missed", runId: newId() } as const;
    expect(await workerStore.endOverdueRun(companyId, { sourceId, dueAt: first, end })).toBe(true);
    expect(await store.findRun(companyId, end.runId)).toMatchObject({ outcome: "missed", dueAt: first });
    expect(await isToPlan()).toBe(true);
    const worker = await start(true);
    try {
      // The second is due by no schedule, so it is dropped, and noon or midnight is expected.
      await vi.waitFor(async () => expect(await isToPlan()).toBe(false), WAIT);
      expect((await store.listOverdueRuns()).filter((run) => run.sourceId === sourceId)).toEqual([]);
    } finally {
      await worker.stop();
    }
  });
});

describe("the sweep", () => {
  test("is made by the worker, with the worker's rights, for every company whose turn it is", async () => {
    const { companyId } = await createCompanyWorld(store);
    const worker = await start(true, 3_600_000);
    try {
      await vi.waitFor(async () => {
        const swept = await workerStore.findSweep(companyId, "backup");
        expect(swept).toMatchObject({ round: 1, held: null, finishedAt: expect.any(Date) });
      }, WAIT);
      expect(await workerStore.listCompaniesToSweep("backup", 3_600_000)).not.toContain(companyId);
    } finally {
      await worker.stop();
    }
  });
});
