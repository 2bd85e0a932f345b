import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../../engine/codec/hex.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import type { Store } from "../../domain/store/store.ts";
import { manifestObjectKey, packObjectKey } from "../../domain/zone/object-keys.ts";
import { createLog } from "../../platform/log.ts";
import { type CompanyWorld, createCompanyWorld, startTestRun } from "../../testing/company-world.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { type Faults, NO_FAULTS, withFaults } from "../../zones/faulty-zone.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { type OpenZoneSet, zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import { replicate } from "./replicate.ts";

const log = createLog("test");
log.level = "silent";
const sha256 = nodePrimitives.sha256;

let testDatabase: TestDatabase;
const databases: PgDatabase[] = [];
/** As portal and gateway see it. */
let store: Store;
/** As the worker sees it: another role, with other rights. */
let workerStore: Store;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  store = openStore(testDatabase.appUrl);
  workerStore = openStore(testDatabase.workerUrl);
  for (const ordinal of [1, 2]) await store.registerZone({ zoneId: `zone${ordinal}`, ordinal, zoneKind: "memory" });
});
afterAll(async () => {
  for (const database of databases) await database.close();
  await testDatabase.drop();
});

function openStore(url: string): Store {
  const database = openPgDatabase({ url, connections: 4 });
  databases.push(database);
  return createPgStore(database);
}

/** A company with one machine, and two zones in memory, of which each can be made to fail. */
interface World extends CompanyWorld {
  readonly zones: OpenZoneSet;
  readonly objects: Readonly<Record<string, Map<string, Uint8Array>>>;
  readonly faults: Readonly<Record<string, Faults>>;
}

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

describe("replication", () => {
  test("brings packs, manifests and key objects to the other zone and moves the watermark", async () => {
    const packs = await backUp(world, "zone1", 60);
    expect(await copyInto("zone2")).toMatchObject({ kind: "done", waiting: 0 });
    for (const key of packs) expect(world.objects.zone2?.has(key)).toBe(true);
    const folders = [...(world.objects.zone2?.keys() ?? [])].map((key) => key.split("/")[2]);
    expect(new Set(folders)).toEqual(new Set(["packs", "snapshots", "keys"]));
    expect(await watermarkOf("zone2")).toEqual({ commit: 1, lastCommit: 1 });
    expect(await workerStore.listCompaniesBehind("zone2")).not.toContain(world.companyId);
    expect(await copyInto("zone2")).toMatchObject({ kind: "done", copied: 0 });
  });

  test("goes in both directions: what was written to zone 2 comes back to zone 1", async () => {
    const packs = await backUp(world, "zone2", 3);
    await copyInto("zone1");
    for (const key of packs) expect(world.objects.zone1?.has(key)).toBe(true);
    expect(await watermarkOf("zone1")).toEqual({ commit: 1, lastCommit: 1 });
  });

  test("a source that is away breaks nothing; it is caught up later", async () => {
    const packs = await backUp(world, "zone1", 5);
    setLost("zone1", true);
    const result = await copyInto("zone2");
    expect(result.waiting).toBeGreaterThanOrEqual(5);
    expect((await watermarkOf("zone2")).commit).toBe(0);
    setLost("zone1", false);
    await copyInto("zone2");
    for (const key of packs) expect(world.objects.zone2?.has(key)).toBe(true);
    expect((await watermarkOf("zone2")).commit).toBe(1);
  });

  test("a target that goes away in the middle loses nothing that was copied", async () => {
    await backUp(world, "zone1", 20);
    const faults = world.faults.zone2;
    if (!faults) throw new Error("no zone2");
    faults.errorRate = 0.3;
    for (let round = 0; round < 60; round += 1) await copyInto("zone2").catch(() => undefined);
    faults.errorRate = 0;
    await copyInto("zone2");
    expect((await watermarkOf("zone2")).commit).toBe(1);
    expectAllGood("zone2");
  });

  test("wrong bytes never get into the target: the bad copy is marked and healed from the good one", async () => {
    const [first = ""] = await backUp(world, "zone1", 2);
    await copyInto("zone2");
    world.objects.zone1?.set(first, Buffer.from("rotten"));
    const packId = first.slice(-64);
    await store.markCopy(world.companyId, "zone1", { packId, state: "suspect", code: "bad_frame" });
    expect(await workerStore.listCompaniesBehind("zone1")).toContain(world.companyId);
    await copyInto("zone1");
    expectAllGood("zone1");
    const row = await store.findPack(world.companyId, packId);
    expect(row?.copies.map((copy) => copy.state)).toEqual(["present", "present"]);
  });

  test("a copy that was suspected wrongly counts again and is left alone", async () => {
    const [first = ""] = await backUp(world, "zone1", 1);
    const before = world.objects.zone1?.get(first);
    await store.markCopy(world.companyId, "zone1", { packId: first.slice(-64), state: "suspect", code: "bad_frame" });
    await copyInto("zone1");
    expect(world.objects.zone1?.get(first)).toBe(before);
    const row = await store.findPack(world.companyId, first.slice(-64));
    expect(row?.copies.find((copy) => copy.zoneId === "zone1")?.state).toBe("present");
  });

  test("a source that rotted before it was ever copied is marked, and the watermark waits", async () => {
    const [first = ""] = await backUp(world, "zone1", 2);
    world.objects.zone1?.set(first, Buffer.from("rotten"));
    const result = await copyInto("zone2");
    expect(result.waiting).toBe(1);
    expect(world.objects.zone2?.has(first)).toBe(false);
    expect((await watermarkOf("zone2")).commit).toBe(0);
    const row = await store.findPack(world.companyId, first.slice(-64));
    expect(row?.copies.find((copy) => copy.zoneId === "zone1")?.state).toBe("suspect");
  });

  test("only one works on a pair at a time", async () => {
    await backUp(world, "zone1", 3);
    const job = { companyId: world.companyId, name: "replicate/zone2" };
    const taken = await workerStore.takeJob(job, "somebody", 60_000);
    expect(await copyInto("zone2")).toMatchObject({ kind: "busy" });
    await workerStore.saveJob(job, { fencingToken: taken?.fencingToken ?? 0, cursor: null, leaseMs: 0 });
    expect(await copyInto("zone2")).toMatchObject({ kind: "done" });
  });

  test("a commit number that became void does not hold the watermark up", async () => {
    const lease = await startTestRun(store, world, "zone1");
    const reservation = {
      snapshotId: "0".repeat(32),
      agentId: world.agentId,
      sequence: 1,
      previousHeaderHash: new Uint8Array(32),
    };
    await store.reserveCommit(world.companyId, lease, reservation);
    await store.endRun(world.companyId, lease, { outcome: "failed", code: "test" });
    await backUp(world, "zone1", 1);
    await copyInto("zone2");
    expect(await watermarkOf("zone2")).toEqual({ commit: 2, lastCommit: 2 });
  });
});

function copyInto(zoneId: string) {
  const deps = { store: workerStore, zones: world.zones, primitives: nodePrimitives };
  return replicate({ deps, owner: "test", log, now: () => new Date() }, world.companyId, zoneId);
}

function setLost(zoneId: string, isLost: boolean): void {
  const faults = world.faults[zoneId];
  if (faults) faults.isLost = isLost;
}

async function watermarkOf(zoneId: string) {
  const found = (await store.listWatermarks(world.companyId)).find((watermark) => watermark.zoneId === zoneId);
  return { commit: found?.commit, lastCommit: found?.lastCommit };
}

function expectAllGood(zoneId: string): void {
  for (const [key, content] of world.objects[zoneId] ?? []) {
    if (key.includes("/packs/")) expect(toHex(sha256(content))).toBe(key.slice(-64));
  }
}

async function createWorld(): Promise<World> {
  return { ...(await createCompanyWorld(store)), ...createZones() };
}

function createZones(): Pick<World, "zones" | "objects" | "faults"> {
  const objects = { zone1: new Map<string, Uint8Array>(), zone2: new Map<string, Uint8Array>() };
  const faults = { zone1: { ...NO_FAULTS }, zone2: { ...NO_FAULTS } };
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const handles = (["zone1", "zone2"] as const).map((zoneId, at) => {
    const inner = createMemoryZone({ zoneId, primitives: nodePrimitives, objects: objects[zoneId] });
    const backup: Zone = withFaults(inner, { seed: at + 1, clock, faults: faults[zoneId] });
    return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", backup, archive: backup });
  });
  return { zones: zoneSetOf(handles), objects, faults };
}

/** A whole run with `packCount` packs and a manifest, as the gateway would store it. Returns the packs' keys. */
async function backUp(of: World, zoneId: string, packCount: number): Promise<string[]> {
  const { companyId, agentId, machineId, sourceId } = of;
  const lease = await startTestRun(store, of, zoneId);
  const keys: string[] = [];
  for (let n = 0; n < packCount; n += 1) {
    const content = nodeRandomness.bytes(200);
    const packId = toHex(sha256(content));
    const key = packObjectKey(companyId, { packKind: "content", packId, tier: "backup" });
    of.objects[zoneId]?.set(key, content);
    keys.push(key);
    const members = { chunkIds: nodeRandomness.bytes(32), frames: [0], kinds: [1 as const] };
    const shape = { scope: 0, sizeBytes: 200, directoryOffset: 100, directorySizeBytes: 84, machineId, members };
    const recorded = await store.recordPack(companyId, lease, zoneId, { packId, packKind: "content", ...shape });
    if (recorded.kind !== "recorded") throw new Error(recorded.kind);
  }
  const snapshotId = toHex(nodeRandomness.bytes(16));
  const zeros = new Uint8Array(32);
  const reservation = { snapshotId, agentId, sequence: 1, previousHeaderHash: zeros };
  const reserved = await store.reserveCommit(companyId, lease, reservation);
  if (reserved.kind !== "reserved") throw new Error(reserved.kind);
  const manifest = nodeRandomness.bytes(300);
  const objectKey = manifestObjectKey(companyId, reserved.commit, toHex(sha256(manifest)));
  of.objects[zoneId]?.set(objectKey, manifest);
  const { generation } = await store.getClosure(companyId);
  const published = await store.publishCommit(companyId, lease, {
    commit: reserved.commit,
    zoneId,
    generation,
    rescuePackIds: [],
    closedPageIds: new Uint8Array(0),
    objects: [{ objectKey, kind: "manifest", sizeBytes: manifest.length, sha256: sha256(manifest) }],
    snapshot: {
      ...{ snapshotId, scope: 0, agentId, machineId, sourceId, sequence: 1, previousHeaderHash: zeros, epoch: 1 },
      headerHash: nodeRandomness.bytes(32),
      header: nodeRandomness.bytes(300),
      topPageId: zeros,
      changeListId: zeros,
      startedAt: new Date(),
      endedAt: new Date(),
      counts: { entries: 1, files: 1, bytes: 1, gaps: 0 },
      manifestSizeBytes: manifest.length,
      manifestSha256: sha256(manifest),
    },
  });
  if (published.kind !== "published") throw new Error(published.kind);
  return keys;
}
