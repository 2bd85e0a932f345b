import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import { reportBadCopy } from "../../domain/pack/report-bad-copy.ts";
import type { FindingRow } from "../../domain/store/scrub-store.ts";
import type { Store } from "../../domain/store/store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { type CompanyWorld, createCompanyWorld } from "../../testing/company-world.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { createFsZone } from "../../zones/fs-zone.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import { type ScrubResult, scrub } from "./scrub.ts";
import { backUp, copyInto, silentLog, type TestBackup } from "./testing/scrub-world.ts";
import { traceFindings } from "./trace-findings.ts";

const ZONE_IDS = ["zone1", "zone2"] as const;
type ZoneId = (typeof ZONE_IDS)[number];
/** A round of 65 ms: everything is due at once. */
const DAYS = 1e-6;
/** Batches of scrub.ts. */
const BATCH_COPIES = 32;

let testDatabase: TestDatabase;
let databases: PgDatabase[];
/** As portal and gateway see it, and with the worker's rights. */
let store: Store;
let workerStore: Store;
let folder: string;
let zones: OpenZoneSet;
/** What happens to reads of zone 1. */
let beforeRead: (key: string) => void;
let reads: string[];

let world: CompanyWorld;
/** Three snapshots of one machine: the second shares parts of the first, the third those of the second. */
let snapshots: readonly [TestBackup, TestBackup, TestBackup];
/** Every key of the company in zone 1, by id of the pack or by itself. */
let keys: Map<string, string>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  databases = [testDatabase.appUrl, testDatabase.workerUrl].map((url) => openPgDatabase({ url, connections: 4 }));
  const [appDatabase, workerDatabase] = databases;
  if (!appDatabase || !workerDatabase) throw new Error("no database");
  store = createPgStore(appDatabase);
  workerStore = createPgStore(workerDatabase);
  folder = await mkdtemp(join(tmpdir(), "holdfast-scrub-"));
  zones = zoneSetOf(await Promise.all(ZONE_IDS.map(openZone)));
});
afterAll(async () => {
  for (const database of databases) await database.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  reads = [];
  beforeRead = () => undefined;
  world = await createCompanyWorld(store);
  const deps = { store, zones, primitives: nodePrimitives };
  const first = await backUp(deps, world, { newParts: 14 });
  const second = await backUp(deps, world, { newParts: 6, reused: first.parts.slice(7) });
  const third = await backUp(deps, world, { newParts: 0, reused: second.parts.slice(-3) });
  snapshots = [first, second, third];
  for (const zoneId of [...ZONE_IDS].reverse())
    await copyInto({ ...deps, store: workerStore }, world.companyId, zoneId);
  keys = new Map();
  const { companyId } = world;
  for (const { packId, packKind } of await store.listPackCopies(companyId, "zone1", { after: 0, limit: 500 })) {
    keys.set(packId, packObjectKey(companyId, { packKind, packId, tier: "backup" }));
  }
  for (const { objectKey } of await store.listObjectCopies(companyId, "zone1", { after: "", limit: 500 })) {
    keys.set(objectKey, objectKey);
  }
  reads = [];
});

async function openZone(zoneId: ZoneId, at: number) {
  const path = join(folder, zoneId, "backup");
  await createZoneIdentity({ zoneId, base: "backup", path, randomness: nodeRandomness });
  await store.registerZone({ zoneId, ordinal: at + 1, zoneKind: "fs" });
  const inner = createFsZone({ zoneId, base: "backup", path, primitives: nodePrimitives });
  const backup: Zone = {
    ...inner,
    async get(key, range, signal) {
      if (zoneId === "zone1") {
        beforeRead(key);
        if (range === undefined && key.startsWith("companies/")) reads.push(key);
      }
      return inner.get(key, range, signal);
    },
  };
  return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "fs", backup, archive: backup });
}

describe("a scrub over folders", () => {
  test("finds exactly what is damaged, names the snapshots, is healed byte for byte, and finds nothing more", async () => {
    const [first, second, third] = snapshots;
    const [onlyFirst, , inBoth] = [first.parts[0], first.parts[1], first.parts[10]];
    const inLastTwo = second.parts.at(-1);
    const deleted = second.parts.at(-5);
    if (!onlyFirst || !inBoth || !inLastTwo || !deleted) throw new Error("no parts");
    const manifestKey = manifestKeyOf(second);
    const damaged = [onlyFirst.packId, inBoth.packId, inLastTwo.packId, deleted.packId, first.metaPackId, manifestKey];
    const good = new Map(
      await Promise.all(damaged.map(async (name) => [name, await readCopy("zone1", name)] as const)),
    );
    for (const name of damaged.slice(0, 3)) await flipBit("zone1", name);
    await flipBit("zone1", first.metaPackId);
    await rm(pathOf("zone1", deleted.packId));
    await truncate(pathOf("zone1", manifestKey), 100);

    expect(await scrubRound("zone1")).toEqual({ found: 6, verified: keys.size - 6 });
    expect(await scrubRound("zone2")).toEqual({ found: 0, verified: keys.size });
    await trace();
    const found = await findings();
    expect(byName(found)).toEqual(
      new Map([
        [onlyFirst.packId, ["zone1", "hash_mismatch", "open", [first.snapshotId]]],
        [inBoth.packId, ["zone1", "hash_mismatch", "open", [second.snapshotId, first.snapshotId]]],
        [inLastTwo.packId, ["zone1", "hash_mismatch", "open", [third.snapshotId, second.snapshotId]]],
        [deleted.packId, ["zone1", "not_found", "open", [second.snapshotId]]],
        [first.metaPackId, ["zone1", "hash_mismatch", "open", [second.snapshotId, first.snapshotId]]],
        [manifestKey, ["zone1", "wrong_length", "open", [second.snapshotId]]],
      ]),
    );

    expect(await workerStore.listCompaniesBehind("zone1")).toContain(world.companyId);
    expect(await heal("zone1")).toMatchObject({ kind: "done", copied: 6, waiting: 0 });
    for (const [name, bytes] of good) expect((await readCopy("zone1", name)).equals(bytes)).toBe(true);
    const healed = await findings();
    expect(healed.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "healed"));
    for (const { foundAt, healedAt } of healed) expect(healedAt?.getTime()).toBeGreaterThanOrEqual(foundAt.getTime());

    expect(await scrubRound("zone1")).toEqual({ found: 0, verified: keys.size });
    expect(await findings()).toHaveLength(6);
    const [zone] = await store.listZoneScrubs();
    expect(zone?.findings).toMatchObject({ open: 0, lost: 0 });
  });

  test("names what no zone has any more with its snapshots, and deletes nothing", async () => {
    const [first, second] = snapshots;
    const part = first.parts[9];
    if (!part) throw new Error("no part");
    const names = [part.packId, first.metaPackId, manifestKeyOf(first)];
    const bad = new Map<string, Buffer>();
    for (const zoneId of ZONE_IDS) {
      for (const name of names) {
        await flipBit(zoneId, name);
        bad.set(`${zoneId} ${name}`, await readCopy(zoneId, name));
      }
      expect(await scrubRound(zoneId)).toEqual({ found: 3, verified: keys.size - 3 });
    }
    await trace();
    for (const zoneId of ZONE_IDS) expect((await heal(zoneId)).waiting).toBe(3);
    const found = await findings();
    expect(found).toHaveLength(6);
    for (const zoneId of ZONE_IDS) {
      expect(byName(found.filter((row) => row.zoneId === zoneId))).toEqual(
        new Map([
          [part.packId, [zoneId, "hash_mismatch", "lost", [second.snapshotId, first.snapshotId]]],
          [first.metaPackId, [zoneId, "hash_mismatch", "lost", [second.snapshotId, first.snapshotId]]],
          [manifestKeyOf(first), [zoneId, "hash_mismatch", "lost", [first.snapshotId]]],
        ]),
      );
    }
    for (const [at, bytes] of bad) {
      const [zoneId = "", name = ""] = at.split(" ");
      expect((await readCopy(zoneId === "zone1" ? "zone1" : "zone2", name)).equals(bytes)).toBe(true);
    }
    // What the directory of the lost pack with tree pages said about the other pack nobody knows any more: these at most.
    const ofPart = found.find((row) => row.objectName === part.packId);
    expect(ofPart?.touched?.isExact).toBe(false);
    expect(found.find((row) => row.objectName === first.metaPackId)?.touched?.isExact).toBe(true);
  });

  test("a zone that goes away in the middle is no finding: the round goes on at the same copy", async () => {
    await begin("zone1");
    let isAway = false;
    beforeRead = (key) => {
      if (key.startsWith("companies/") && reads.length >= 20) isAway = true;
      if (isAway) throw new ZoneError("unreachable", "zone1", "an injected outage");
    };
    await sleep(70);
    expect(await step("zone1")).toEqual({ kind: "away", verified: 20, found: 0 });
    expect(await step("zone1")).toEqual({ kind: "away", verified: 0, found: 0 });
    expect(await findings()).toEqual([]);
    beforeRead = () => undefined;
    const rest = await scrubRound("zone1");
    expect(rest).toEqual({ found: 0, verified: keys.size - 20 });
    expect(reads.toSorted()).toEqual([...keys.values()].sort());
  });

  test("a process that dies before it has saved reads one batch again at most, and finds nothing twice", async () => {
    const [first] = snapshots;
    await begin("zone1");
    await flipBit("zone1", first.metaPackId);
    await sleep(70);
    let saves = 0;
    const dying: Store = {
      ...workerStore,
      saveScrubRound: async (...save) => {
        saves += 1;
        if (saves === 2) throw new Error("the process died");
        return workerStore.saveScrubRound(...save);
      },
    };
    await expect(step("zone1", dying)).rejects.toThrow("the process died");
    const before = reads.length;
    const { verified } = await scrubRound("zone1");
    expect(reads.length - keys.size).toBeGreaterThan(0);
    expect(reads.length - keys.size).toBeLessThanOrEqual(BATCH_COPIES);
    expect(verified).toBe(reads.length - before);
    expect((await findings()).map((row) => row.objectName)).toEqual([first.metaPackId]);
  });

  test("one file that cannot be read while its zone answers is put in doubt, and holds up no other", async () => {
    const [{ metaPackId }] = snapshots;
    beforeRead = (key) => {
      if (key.endsWith(metaPackId)) throw new ZoneError("unreachable", "zone1", "an injected hanging file");
    };
    expect(await scrubRound("zone1")).toEqual({ found: 0, verified: keys.size - 1 });
    expect(await findings()).toEqual([]);
    expect(await store.listSuspectPacks(world.companyId, "zone1", 10)).toEqual([metaPackId]);
    beforeRead = () => undefined;
    expect(await heal("zone1")).toMatchObject({ kind: "done", copied: 1 });
    expect(await findings()).toEqual([]);
    expect(await store.listSuspectPacks(world.companyId, "zone1", 10)).toEqual([]);
  });

  test("only one works on a company in a zone at a time", async () => {
    const job = { companyId: world.companyId, name: "scrub/zone1" };
    await workerStore.takeJob(job, "somebody", 60_000);
    expect(await step("zone1")).toMatchObject({ kind: "busy" });
  });
});

test("what a reader reports is a finding once the check has confirmed it, and none when the copy is good", async () => {
  const [first] = snapshots;
  const [bad, fine] = first.parts;
  if (!bad || !fine) throw new Error("no parts");
  await flipBit("zone1", bad.packId);
  for (const { packId } of [bad, fine]) {
    const report = { packId, zoneId: "zone1", frame: 0, code: "cannot_open" };
    for (let times = 0; times < 3; times++) await reportBadCopy({ store }, world.companyId, report);
  }
  expect(await findings()).toEqual([]);
  await heal("zone1");
  await trace();
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding && [finding.objectName, ...summary(finding)]).toEqual([
    ...[bad.packId, "zone1", "hash_mismatch", "healed", [first.snapshotId]],
  ]);
});

test("a trace waits for a zone that alone has a directory, and records nothing until it is back", async () => {
  const [first, , third] = snapshots;
  const { companyId } = world;
  await workerStore.markCopy(companyId, "zone2", { packId: third.metaPackId, state: "missing", code: "not_found" });
  const part = first.parts[0];
  if (!part) throw new Error("no part");
  await workerStore.markCopy(companyId, "zone2", { packId: part.packId, state: "missing", code: "not_found" });
  beforeRead = () => {
    throw new ZoneError("unreachable", "zone1", "an injected outage");
  };
  expect(await traceStep()).toEqual({ kind: "waiting" });
  expect((await findings()).map((row) => row.touched)).toEqual([null, null]);
  beforeRead = () => undefined;
  expect(await traceStep()).toEqual({ kind: "done", traced: 2 });
  const found = new Map((await findings()).map((row) => [row.objectName, row.touched?.newest.map(idOf)]));
  expect(found.get(part.packId)).toEqual([first.snapshotId]);
  expect(found.get(third.metaPackId)).toEqual([third.snapshotId]);
});

test("a page is followed up to its parents in whatever order their packs came", async () => {
  const deps = { store, zones, primitives: nodePrimitives };
  const { snapshotId, parts } = await backUp(deps, world, { newParts: 1, isTopFirst: true });
  const packId = parts[0]?.packId ?? "";
  await workerStore.markCopy(world.companyId, "zone1", { packId, state: "missing", code: "not_found" });
  await trace();
  const [finding] = await findings();
  expect(finding?.touched).toMatchObject({ isExact: true, newest: [{ snapshotId }] });
});

test("the packs of a lost disk are followed together, each to its own snapshots", async () => {
  const packIds = new Set(snapshots.flatMap(({ parts }) => parts.map(({ packId }) => packId)));
  for (const zoneId of ZONE_IDS) {
    for (const packId of packIds) {
      await workerStore.markCopy(world.companyId, zoneId, { packId, state: "missing", code: "not_found" });
    }
  }
  await trace();
  const found = await findings();
  expect(found.length).toBe(40);
  for (const { objectName, touched } of found) {
    const reaching = [...snapshots].reverse().filter(({ parts }) => parts.some(({ packId }) => packId === objectName));
    expect(touched?.newest.map(idOf)).toEqual(reaching.map(({ snapshotId }) => snapshotId));
    expect(touched).toMatchObject({ count: reaching.length, isExact: true });
  }
});

test("a trace that has no time left names every snapshot, and says that these are the most there can be", async () => {
  const [first] = snapshots;
  const { companyId } = world;
  const packId = first.parts[0]?.packId ?? "";
  await workerStore.markCopy(companyId, "zone1", { packId, state: "missing", code: "not_found" });
  let asked = 0;
  const now = () => new Date(asked++ * 46_000);
  expect(await traceFindings({ deps: { store: workerStore, zones }, owner: "test", now }, companyId)).toMatchObject({
    kind: "done",
  });
  const [finding] = await findings();
  expect(finding?.touched).toMatchObject({ count: 3, isExact: false });
});

function step(zoneId: ZoneId, by: Store = workerStore): Promise<ScrubResult> {
  const deps = { store: by, zones, primitives: nodePrimitives };
  const options = { deps, owner: "test", log: silentLog, now: () => new Date(), daysPerRound: DAYS };
  return scrub(options, world.companyId, zoneId);
}

async function begin(zoneId: ZoneId): Promise<void> {
  expect(await step(zoneId)).toMatchObject({ kind: "begun" });
}

/** Steps until the round under way, or else the first one, is through. */
async function scrubRound(zoneId: ZoneId): Promise<{ found: number; verified: number }> {
  const endOf = async () => (await store.findScrubRound(world.companyId, zoneId))?.lastFullAt?.getTime() ?? 0;
  const before = await endOf();
  const sum = { found: 0, verified: 0 };
  for (let steps = 0; steps < 100; steps++) {
    const { found, verified } = await step(zoneId);
    sum.found += found;
    sum.verified += verified;
    if ((await endOf()) > before) return sum;
    await sleep(20);
  }
  throw new Error("the round does not end");
}

function heal(zoneId: ZoneId) {
  return copyInto({ store: workerStore, zones, primitives: nodePrimitives }, world.companyId, zoneId);
}

function traceStep() {
  return traceFindings({ deps: { store: workerStore, zones }, owner: "test", now: () => new Date() }, world.companyId);
}

async function trace(): Promise<void> {
  expect(await workerStore.listCompaniesToTrace()).toContain(world.companyId);
  expect(await traceStep()).toMatchObject({ kind: "done" });
  expect(await workerStore.listCompaniesToTrace()).not.toContain(world.companyId);
}

function findings(): Promise<readonly FindingRow[]> {
  const order = { sort: "found", isDescending: false, states: [], limit: 500 } as const;
  return store.listFindings(world.companyId, order);
}

function summary({ zoneId, code, state, touched }: Pick<FindingRow, "zoneId" | "code" | "state" | "touched">) {
  return [zoneId, code, state, touched?.newest.map(idOf)];
}

function byName(rows: readonly FindingRow[]) {
  return new Map(rows.map((row) => [row.objectName, summary(row)] as const));
}

function idOf({ snapshotId }: { readonly snapshotId: string }): string {
  return snapshotId;
}

function manifestKeyOf({ commit }: TestBackup): string {
  const isOf = (key: string) =>
    key.includes(`/snapshots/${String(commit).padStart(12, "0")}-`) && !key.endsWith(".receipt");
  const key = [...keys.values()].find(isOf);
  if (key === undefined) throw new Error("no manifest");
  return key;
}

function pathOf(zoneId: ZoneId, name: string): string {
  const key = keys.get(name);
  if (key === undefined) throw new Error(`${name} is not in the zone`);
  return join(folder, zoneId, "backup", key);
}

function readCopy(zoneId: ZoneId, name: string): Promise<Buffer> {
  return readFile(pathOf(zoneId, name));
}

/** In the middle of the frames, where only the hash of the whole tells. */
async function flipBit(zoneId: ZoneId, name: string): Promise<void> {
  const bytes = await readCopy(zoneId, name);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  await writeFile(pathOf(zoneId, name), bytes);
}
