import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../domain/store/store.ts";
import {
  bytes,
  createScene,
  keyObject,
  LEASE_MS,
  NO_BOUND,
  newUuid,
  openRun,
  packOf,
  publicationOf,
  registerZones,
  type Scene,
  snapshotOf,
  ZONE_1,
} from "../domain/testing/store-scene.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { openPgDatabase, type PgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";
import { Gate, withGate } from "./testing/gated-database.ts";

/**
 * Every two operations, in two real sessions: the first is stopped before each of its statements in turn, the second
 * runs until it is done or waits for a lock, then the first goes on. What is left has to be what one order of the two
 * would have left.
 */
const MATTERING = [
  "startRun",
  "recordPack",
  "reserveCommit",
  "publishCommit",
  "quarantinePacks",
  "endRun",
  "rescuingCommit",
  "deletePacks",
] as const;
const OTHERS = [
  "rescuePacks",
  "sealQuarantine",
  "voidCommit",
  "markCopy",
  "loseCopy",
  "regainCopy",
  "recordPresence",
  "advanceWatermark",
  "appendLog",
  "heartbeatRun",
] as const;
type OperationName = (typeof MATTERING)[number] | (typeof OTHERS)[number];
/** `npm run prove` interleaves all of them; the rest of the time those that can lose data. */
const NAMES: readonly OperationName[] = process.env.HOLDFAST_PROVE ? [...MATTERING, ...OTHERS] : MATTERING;

/** Whoever finds a copy bad while somebody records it as good: a copy that counts has no open finding. */
const ALWAYS: readonly (readonly [OperationName, OperationName])[] = [
  ["loseCopy", "regainCopy"],
  ["regainCopy", "loseCopy"],
];
const PAIRS = [
  ...NAMES.flatMap((first) => NAMES.map((second) => [first, second] as const)),
  ...(process.env.HOLDFAST_PROVE ? [] : ALWAYS),
];

let testDatabase: TestDatabase;
let database: PgDatabase;
let workerDatabase: PgDatabase;
let watcher: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
  workerDatabase = openPgDatabase({ url: testDatabase.workerUrl });
  await registerZones(createPgStore(database));
  watcher = new Client({ connectionString: testDatabase.superuserUrl });
  await watcher.connect();
});

afterAll(async () => {
  await watcher.end();
  await database.close();
  await workerDatabase.close();
  await testDatabase.drop();
});

type Operations = Readonly<Record<OperationName, (store: Store) => Promise<unknown>>>;

interface Situation {
  readonly companyId: string;
  readonly operations: Operations;
}

/** A pack of a run that died, quarantined by a first round of the sweep; the second has begun. */
async function quarantineOne(store: Store, scene: Scene): Promise<{ packId: string; round: number }> {
  const { companyId } = scene;
  const workerStore = createPgStore(workerDatabase);
  const lease = await openRun(store, scene);
  const { packId, ...pack } = packOf(scene, [bytes(32)]);
  await store.recordPack(companyId, lease, ZONE_1, { packId, ...pack });
  await store.endRun(companyId, lease, { outcome: "failed", code: "source_unreadable" });
  const taken = await workerStore.takeJob({ companyId, name: "sweep" }, "test", LEASE_MS);
  const marks = { jobName: "sweep", tier: "backup" as const, fencingToken: taken?.fencingToken ?? 0 };
  const first = await workerStore.beginSweep(companyId, marks, { isPlanOnly: false });
  if (first === null) throw new Error("lease lost");
  await store.quarantinePacks(companyId, [packId], first.publications);
  await store.sealQuarantine(companyId, "backup", first.round);
  await workerStore.beginSweep(companyId, marks, { isPlanOnly: false });
  return { packId, round: first.round + 1 };
}

/** An open run with one recorded pack and one reserved commit, an older pack in quarantine, and what can happen to them. */
async function createSituation(): Promise<Situation> {
  const store = createPgStore(database);
  const scene = await createScene(store);
  const { companyId, agentId, machineId, sourceId } = scene;
  const old = await quarantineOne(store, scene);
  const lease = await openRun(store, scene);
  const pack = packOf(scene, [bytes(32)]);
  await store.recordPack(companyId, lease, ZONE_1, pack);
  const snapshot = snapshotOf(scene, 1, new Uint8Array(32));
  const reserved = await store.reserveCommit(companyId, lease, snapshot);
  if (reserved.kind !== "reserved") throw new Error(reserved.kind);
  const { commit } = reserved;
  const closure = await store.getClosure(companyId);
  const publication = publicationOf(commit, snapshot, { generation: closure.generation });
  const head = await store.findLogHead(companyId);
  if (head === null) throw new Error("no head");
  const append = { expectedHead: head, statements: [keyObject(companyId, "log", head.number + 1)], byPersonId: null };
  const another = { runId: newUuid(), clientRunId: newUuid(), agentId, machineId, sourceId, zoneId: ZONE_1 };
  const otherPack = packOf(scene, [bytes(32)]);
  const progress = { files: 1, bytes: 1, storedBytes: 1 };
  const failed = { outcome: "failed", code: "source_unreadable" } as const;
  const bad = { packId: pack.packId, state: "suspect", code: "bad_frame" } as const;
  const operations: Operations = {
    startRun: (by) => by.startRun(companyId, { ...another, leaseMs: LEASE_MS, ...NO_BOUND }),
    recordPack: (by) => by.recordPack(companyId, lease, ZONE_1, otherPack),
    reserveCommit: (by) => by.reserveCommit(companyId, lease, snapshot),
    publishCommit: (by) => by.publishCommit(companyId, lease, publication),
    quarantinePacks: (by) => by.quarantinePacks(companyId, [pack.packId], closure.publications),
    rescuingCommit: (by) => by.publishCommit(companyId, lease, { ...publication, rescuePackIds: [old.packId] }),
    deletePacks: (by) => by.deletePacks(companyId, [old.packId], { tier: "backup", ...closure, round: old.round }),
    rescuePacks: (by) => by.rescuePacks(companyId, [old.packId]).then((packIds) => packIds.length),
    sealQuarantine: (by) => by.sealQuarantine(companyId, "backup", old.round),
    endRun: (by) => by.endRun(companyId, lease, failed),
    voidCommit: (by) => by.voidCommit(companyId, commit, "test"),
    markCopy: (by) => by.markCopy(companyId, ZONE_1, bad),
    loseCopy: (by) => by.markCopy(companyId, ZONE_1, { ...bad, state: "missing" }),
    regainCopy: (by) => by.recordPresence(companyId, ZONE_1, { packIds: [pack.packId], objectKeys: [] }),
    recordPresence: (by) => by.recordPresence(companyId, "zone2", { packIds: [pack.packId], objectKeys: [] }),
    advanceWatermark: async (by) => (await by.advanceWatermark(companyId, ZONE_1)).commit,
    appendLog: async (by) => (await by.appendLog(companyId, append)).kind,
    heartbeatRun: (by) => by.heartbeatRun(companyId, lease, { leaseMs: LEASE_MS, progress }),
  };
  return { companyId, operations };
}

/** Outcomes without what differs from one situation to the next. */
function outcomeOf(outcome: unknown): unknown {
  if (typeof outcome !== "object" || outcome === null || !("kind" in outcome)) return outcome ?? null;
  const { kind } = outcome;
  return "isNew" in outcome ? { kind, isNew: outcome.isNew } : { kind };
}

/** Everything that the operations can change, in an order and without ids. */
async function digestOf(companyId: string): Promise<unknown> {
  const { rows } = await watcher.query(
    `select
      (select jsonb_agg(jsonb_build_array(outcome, code, snapshot_id is not null, files) order by fencing_token) from run where company_id = $1) as runs,
      (select jsonb_agg(jsonb_build_array(state, (select count(*) from chunk c where c.company_id = p.company_id and c.pack_no = p.pack_no)) order by state, pack_no) from pack p where company_id = $1) as packs,
      (select jsonb_agg(jsonb_build_array(zone_id, state, code) order by zone_id, state, code) from pack_presence where company_id = $1) as copies,
      (select jsonb_agg(jsonb_build_array(zone_id, code, healed_at is not null) order by zone_id, healed_at is null) from scrub_finding where company_id = $1) as findings,
      (select jsonb_agg(jsonb_build_array(commit, state) order by commit) from commit_number where company_id = $1) as commits,
      (select count(*) from snapshot where company_id = $1) as snapshots,
      (select jsonb_agg(commit order by commit) from watermark where company_id = $1) as watermarks,
      (select jsonb_build_array(next_commit, last_commit, publications, closure_generation, log_number) from company where company_id = $1) as company,
      (select jsonb_agg(last_sequence) from agent where company_id = $1) as agents,
      (select jsonb_agg(kind order by kind) from outbox where company_id = $1) as outbox`,
    [companyId],
  );
  return rows[0];
}

type Result = Readonly<Record<string, unknown>>;

async function runSerially(first: OperationName, second: OperationName): Promise<Result> {
  const { companyId, operations } = await createSituation();
  const store = createPgStore(database);
  const a = outcomeOf(await operations[first](store));
  const b = outcomeOf(await operations[second](store));
  return { [`first ${first}`]: a, [`second ${second}`]: b, digest: await digestOf(companyId) };
}

interface Interleaved {
  readonly result: Result;
  readonly isPaused: boolean;
}

async function runInterleaved(first: OperationName, second: OperationName, pauseAt: number): Promise<Interleaved> {
  const { companyId, operations } = await createSituation();
  const gate = new Gate(pauseAt);
  const running = operations[first](createPgStore(withGate(database, gate)));
  const isPaused = await Promise.race([gate.reached.then(() => true), running.then(() => false)]);
  const other = operations[second](createPgStore(database));
  await settledOrWaiting(other);
  gate.open();
  const [a, b] = (await Promise.all([running, other])).map(outcomeOf);
  return { isPaused, result: { [`first ${first}`]: a, [`second ${second}`]: b, digest: await digestOf(companyId) } };
}

/** Until it is done, or PostgreSQL says that it waits for a lock. */
async function settledOrWaiting(other: Promise<unknown>): Promise<void> {
  let isSettled = false;
  other.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  while (!isSettled) {
    await sleep(1);
    const { rowCount } = await watcher.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rowCount) return;
  }
}

/** The same shape whichever of the two was first. */
function named(result: Result, swapped: boolean): string {
  const entries = Object.entries(result).map(([key, value]): [string, unknown] => {
    if (key.startsWith("first ")) return [`${swapped ? "b" : "a"} ${key.slice(6)}`, value];
    if (key.startsWith("second ")) return [`${swapped ? "a" : "b"} ${key.slice(7)}`, value];
    return [key, value];
  });
  return JSON.stringify(Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))), null, 1);
}

describe("any two operations leave what one order of them would have left", () => {
  test.for(PAIRS)("%s stopped at each statement while %s runs", { timeout: 300_000 }, async ([first, second]) => {
    const serial = [named(await runSerially(first, second), false), named(await runSerially(second, first), true)];
    for (let pauseAt = 0; ; pauseAt++) {
      const { result, isPaused } = await runInterleaved(first, second, pauseAt);
      expect(serial, `stopped before statement ${pauseAt}`).toContain(named(result, false));
      if (!isPaused) break;
    }
  });
});
