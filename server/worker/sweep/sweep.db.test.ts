import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../../engine/codec/hex.ts";
import { parsePackDirectory } from "../../../engine/format/pack-index.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import type { Store } from "../../domain/store/store.ts";
import type { SweepStep } from "../../domain/sweep/plan-sweep.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  openTestRun,
  sendPack,
  type TestAgent,
} from "../../domain/testing/domain-scene.ts";
import { manifestObjectKey, packObjectKey } from "../../domain/zone/object-keys.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { type Faults, NO_FAULTS, withFaults } from "../../zones/faulty-zone.ts";
import { createFsZone } from "../../zones/fs-zone.ts";
import { type OpenZone, zoneHandleOf } from "../../zones/open-zones.ts";
import { planCompanySweep } from "./plan-company-sweep.ts";
import { DriftWatch } from "./read-evidence.ts";
import type { SweepOptions } from "./sweep.ts";
import {
  backUp,
  type Chain,
  commitTree,
  contentFrames,
  copyTo,
  endTestRun,
  expectWholeIn,
  listPackIds,
  newChain,
  newId32,
  newTree,
  pageFrames,
  sendHalf,
  sweepOptionsOf,
  sweepWhole,
} from "./testing/sweep-world.ts";

let testDatabase: TestDatabase;
let database: PgDatabase;
let workerDatabase: PgDatabase;
let store: Store;
let workerStore: Store;
let folder: string;
let zones: readonly OpenZone[];
const faults: Faults[] = [{ ...NO_FAULTS }, { ...NO_FAULTS }];
const clock = { now: () => new Date(), sleep: async () => undefined };

let scene: DomainScene;
let agent: TestAgent;
let other: TestAgent;
let chain: Chain;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
  workerDatabase = openPgDatabase({ url: testDatabase.workerUrl });
  store = createPgStore(database);
  workerStore = createPgStore(workerDatabase);
  folder = await mkdtemp(join(tmpdir(), "holdfast-sweep-"));
  zones = await Promise.all(faults.map((_, at) => makeZone(at)));
});

afterAll(async () => {
  await database.close();
  await workerDatabase.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const each of faults) Object.assign(each, NO_FAULTS);
  scene = await createDomainScene(store, zones);
  agent = await enrolTestAgent(scene);
  other = await enrolTestAgent(scene);
  chain = newChain();
});

async function makeZone(at: number): Promise<OpenZone> {
  const zoneId = `zone${at + 1}`;
  const path = join(folder, zoneId);
  await createZoneIdentity({ zoneId, base: "backup", path, randomness: nodeRandomness });
  const real = createFsZone({ zoneId, base: "backup", path, primitives: nodePrimitives });
  const backup = withFaults(real, { seed: at, clock, faults: faults[at] ?? { ...NO_FAULTS } });
  return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", backup, archive: backup });
}

const sweepNow = (change: Partial<SweepOptions> = {}) =>
  sweepWhole(sweepOptionsOf(scene, { store: workerStore, ...change }), scene.companyId);
const stateOf = async (packId: string) => (await store.findPack(scene.companyId, packId))?.state;
const statesOf = (packIds: readonly string[]) => Promise.all(packIds.map(stateOf));
const newIds = (count: number) => Array.from({ length: count }, newId32);
const zoneOf = (at: number): OpenZone => {
  const zone = zones[at];
  if (!zone) throw new Error("no such zone");
  return zone;
};
const setAway = (at: number, isLost: boolean) => Object.assign(faults[at] ?? {}, { isLost });

async function planNow() {
  const steps: SweepStep[] = [];
  const options = sweepOptionsOf(scene, { store: workerStore });
  const plan = await planCompanySweep(options, { companyId: scene.companyId, tier: "backup" }, (page) =>
    steps.push(...page),
  );
  return { plan, steps: new Map(steps.map((step) => [step.packId, `${step.kind}: ${step.reason}`])) };
}

describe("a sweep", () => {
  test("quarantines what a dead run left, deletes it in a later round in both zones, and every snapshot stays whole", async () => {
    const kept = [await backUp(scene, agent, chain, newIds(3)), await backUp(scene, agent, chain, newIds(2))];
    const dead = await sendHalf(scene, agent, newIds(4));
    await endTestRun(scene, agent, dead.run);
    await copyTo(scene, workerStore, "zone2");
    expect(await sweepNow()).toMatchObject({ kind: "done", quarantined: 2, deleted: 0, held: null });
    expect(await statesOf(dead.packIds)).toEqual(["quarantined", "quarantined"]);
    for (const zone of zones)
      expect(await listPackIds(zone, scene.companyId)).toEqual(expect.arrayContaining(dead.packIds));
    expect(await sweepNow()).toMatchObject({ kind: "done", quarantined: 0, deleted: 2, held: null });
    expect(await statesOf(dead.packIds)).toEqual(["gone", "gone"]);
    const left = kept.flatMap(({ packIds }) => packIds).toSorted();
    for (const zone of zones) {
      expect(await listPackIds(zone, scene.companyId)).toEqual(left);
      await expectWholeIn(
        zone,
        scene.companyId,
        kept.map(({ tree }) => tree),
      );
    }
    expect(await store.locate(scene.companyId, 0, dead.tree.content)).toEqual([null, null, null, null]);
  });

  test("deletes nothing of which a run knew that goes on, however many rounds there are", async () => {
    const dead = await sendHalf(scene, agent, newIds(2));
    const open = await openTestRun(scene, other);
    await endTestRun(scene, agent, dead.run);
    for (let round = 0; round < 3; round++) expect(await sweepNow()).toMatchObject({ deleted: 0 });
    expect(await statesOf(dead.packIds)).toEqual(["quarantined", "quarantined"]);
    await endTestRun(scene, other, open);
    expect(await sweepNow()).toMatchObject({ deleted: 2 });
  });

  test("leaves alone what an open run has sent, and what a run that broke off sent lately", async () => {
    const open = await sendHalf(scene, agent, newIds(2));
    const dead = await sendHalf(scene, other, newIds(2));
    await endTestRun(scene, other, dead.run);
    expect(await sweepNow({ graceMs: 3_600_000 })).toMatchObject({ quarantined: 0 });
    expect(await sweepNow()).toMatchObject({ quarantined: 2 });
    expect(await statesOf(open.packIds)).toEqual(["live", "live"]);
    expect(await commitTree(scene, { agent, chain, ...open })).toBe(1);
  });

  test("a late commit rescues what it needs, and the next rounds leave it alone", async () => {
    const content = newIds(3);
    const dead = await sendHalf(scene, agent, content);
    await endTestRun(scene, agent, dead.run);
    const late = await openTestRun(scene, agent);
    expect(await sweepNow()).toMatchObject({ quarantined: 2 });
    const tree = { ...dead.tree, changeListId: newId32(), changeLeaf: newId32() };
    await sendPack(scene, late, pageFrames(tree));
    await commitTree(scene, { agent, run: late, tree, chain });
    expect(await stateOf(dead.packIds[0] ?? "")).toBe("live");
    await copyTo(scene, workerStore, "zone2");
    for (let round = 0; round < 3; round++) await sweepNow();
    for (const zone of zones) await expectWholeIn(zone, scene.companyId, [tree]);
  });

  test("a commit that comes after the deletion is told what is missing, and sends it under a new name", async () => {
    const content = newIds(3);
    const dead = await sendHalf(scene, agent, content);
    await endTestRun(scene, agent, dead.run);
    await sweepNow();
    const late = await openTestRun(scene, agent);
    expect(await sweepNow()).toMatchObject({ deleted: 2 });
    const tree = { ...dead.tree, changeListId: newId32() };
    await sendPack(scene, late, pageFrames(tree));
    const refused = commitTree(scene, { agent, run: late, tree, chain });
    await expect(refused).rejects.toMatchObject({ code: "missing_objects", details: { missingCount: 3 } });
    await sendPack(scene, late, contentFrames(content));
    await commitTree(scene, { agent, run: late, tree, chain });
    await copyTo(scene, workerStore, "zone2");
    await sweepNow();
    await sweepNow();
    for (const zone of zones) await expectWholeIn(zone, scene.companyId, [tree]);
  });

  test("a snapshot that is published while it marks is marked as well before anything is quarantined", async () => {
    await backUp(scene, agent, chain, newIds(2));
    const late = await sendHalf(scene, agent, newIds(2));
    let hasCommitted = false;
    const listSweepPacks: Store["listSweepPacks"] = async (...input) => {
      if (!hasCommitted) await commitTree(scene, { agent, chain, ...late });
      hasCommitted = true;
      return workerStore.listSweepPacks(...input);
    };
    expect(await sweepNow({ deps: { ...scene.deps, store: { ...workerStore, listSweepPacks } } })).toMatchObject({
      kind: "done",
      quarantined: 0,
    });
    expect(await statesOf(late.packIds)).toEqual(["live", "live"]);
  });

  test("what is quarantined and reached all the same is live again", async () => {
    const { packIds, tree } = await backUp(scene, agent, chain, newIds(2));
    const { publications } = await store.getClosure(scene.companyId);
    await store.quarantinePacks(scene.companyId, packIds, publications);
    expect(await sweepNow()).toMatchObject({ rescued: 2, deleted: 0 });
    expect(await statesOf(packIds)).toEqual(["live", "live"]);
    await copyTo(scene, workerStore, "zone2");
    for (const zone of zones) await expectWholeIn(zone, scene.companyId, [tree]);
  });

  test("only one sweeps a company at a time", async () => {
    const taken = await workerStore.takeJob({ companyId: scene.companyId, name: "sweep" }, "somebody", 60_000);
    expect(taken).not.toBeNull();
    expect(await sweepNow()).toMatchObject({ kind: "busy" });
  });
});

describe("deletion is held up, and nothing is deleted anywhere", () => {
  let packIds: readonly string[];
  beforeEach(async () => {
    const dead = await sendHalf(scene, agent, newIds(2));
    await endTestRun(scene, agent, dead.run);
    packIds = dead.packIds;
    await copyTo(scene, workerStore, "zone2");
    await sweepNow();
  });

  async function expectHeld(code: string, change: Partial<SweepOptions> = {}): Promise<void> {
    expect(await sweepNow(change)).toMatchObject({ deleted: 0, held: { code } });
    expect(await workerStore.findSweep(scene.companyId, "backup")).toMatchObject({ held: { code } });
    expect(await statesOf(packIds)).toEqual(["quarantined", "quarantined"]);
    for (const each of faults) Object.assign(each, NO_FAULTS);
    for (const zone of zones) expect(await listPackIds(zone, scene.companyId)).toEqual(packIds.toSorted());
  }

  test.each([0, 1])("while zone %i of two is away; then it goes on", async (at) => {
    setAway(at, true);
    await expectHeld("zone_away");
    expect(await sweepNow()).toMatchObject({ deleted: 2, held: null });
  });

  test("while a zone that the database counts on is not one of this process", async () => {
    const all = scene.deps.zones.all().slice(0, 1);
    const only = {
      ...scene.deps.zones,
      all: () => all,
      find: (zoneId: string) => all.find((each) => each.zoneId === zoneId) ?? null,
    };
    await expectHeld("zone_away", { deps: { ...scene.deps, store: workerStore, zones: only } });
  });

  test("while a zone holds a higher control term", async () => {
    await expectHeld("term_differs", { controlTerm: async () => 0 });
    await expectHeld("term_differs", { controlTerm: async () => 2 });
  });

  test("while the database's clock disagrees", async () => {
    await expectHeld("clock_jumped", { now: () => new Date(Date.now() - 3_600_000) });
    let monotonicMs = 0;
    const drift = new DriftWatch(() => (monotonicMs += 3_600_000));
    drift.driftMs(new Date());
    await expectHeld("clock_jumped", { drift });
  });

  test("while a zone holds snapshots that the database does not know: then it is an old one", async () => {
    const bytes = nodeRandomness.bytes(300);
    const key = manifestObjectKey(scene.companyId, 7, toHex(nodePrimitives.sha256(bytes)));
    await zoneOf(1).backup.put(key, [bytes], bytes.length);
    await expectHeld("zone_ahead");
  });
});

test("a zone that is full is swept as any other: that is what makes room in it", async () => {
  const dead = await sendHalf(scene, agent, newIds(2));
  await endTestRun(scene, agent, dead.run);
  await copyTo(scene, workerStore, "zone2");
  const put = async () => Promise.reject(new ZoneError("full", "zone2", "no space left"));
  const full = zones.map((zone) => {
    const { zoneId, ordinal, archive, backup } = zone;
    return { zoneId, ordinal, archive, state: zone.state, backup: zoneId === "zone2" ? { ...backup, put } : backup };
  });
  await store.recordProbe("zone2", {
    state: "unreachable",
    latencyMs: 1,
    freeBytes: 0,
    totalBytes: 1,
    errorCode: "full",
  });
  const deps = { ...scene.deps, store: workerStore, zones: { ...scene.deps.zones, all: () => full } };
  await sweepNow({ deps });
  expect(await sweepNow({ deps })).toMatchObject({ deleted: 2, held: null });
  for (const zone of zones) expect(await listPackIds(zone, scene.companyId)).toEqual([]);
});

describe("a deletion that breaks off", () => {
  test("in one zone goes on later: the pack stays deleting until both zones have answered", async () => {
    const dead = await sendHalf(scene, agent, newIds(2));
    await endTestRun(scene, agent, dead.run);
    await copyTo(scene, workerStore, "zone2");
    await sweepNow();
    const gone = async () => Promise.reject(new ZoneError("unreachable", "zone2", "away"));
    const broken = zones.map((zone) => {
      const { zoneId, ordinal, archive, backup } = zone;
      const isBroken = zoneId === "zone2";
      return { zoneId, ordinal, archive, state: zone.state, backup: isBroken ? { ...backup, delete: gone } : backup };
    });
    const deps = { ...scene.deps, store: workerStore, zones: { ...scene.deps.zones, all: () => broken } };
    expect(await sweepNow({ deps })).toMatchObject({ deleted: 0, held: { code: "zone_away" } });
    expect(await statesOf(dead.packIds)).toEqual(["deleting", "deleting"]);
    expect(await listPackIds(zoneOf(1), scene.companyId)).toEqual(dead.packIds.toSorted());
    expect(await sweepNow()).toMatchObject({ deleted: 2, held: null });
    expect(await statesOf(dead.packIds)).toEqual(["gone", "gone"]);
    for (const zone of zones) expect(await listPackIds(zone, scene.companyId)).toEqual([]);
  });
});

describe("what cannot be read", () => {
  test("in one zone is read from the other, and marked", async () => {
    const { packIds } = await backUp(scene, agent, chain, newIds(2));
    await copyTo(scene, workerStore, "zone2");
    await zoneOf(0).backup.delete(
      packObjectKey(scene.companyId, { packKind: "meta", packId: packIds[1] ?? "", tier: "backup" }),
    );
    expect(await sweepNow()).toMatchObject({ kind: "done", held: null });
    expect(await store.listSuspectPacks(scene.companyId, "zone1", 10)).toEqual([packIds[1]]);
  });

  test("anywhere stops deletion for its company alone, and is named; once it is there again, it goes on", async () => {
    const { packIds, tree } = await backUp(scene, agent, chain, newIds(2));
    const dead = await sendHalf(scene, agent, newIds(2));
    await endTestRun(scene, agent, dead.run);
    await sweepNow();
    const key = packObjectKey(scene.companyId, { packKind: "meta", packId: packIds[1] ?? "", tier: "backup" });
    const parts: Uint8Array[] = [];
    for await (const part of await zoneOf(0).backup.get(key)) parts.push(part);
    await zoneOf(0).backup.delete(key);
    const result = await sweepNow();
    expect(result).toMatchObject({ deleted: 0, held: { code: "page_unreadable" } });
    expect([toHex(tree.topPageId), toHex(tree.changeListId)].some((id) => result.held?.detail.includes(id))).toBe(true);
    expect(await statesOf(dead.packIds)).toEqual(["quarantined", "quarantined"]);
    const { plan, steps } = await planNow();
    expect(plan?.problem?.code).toBe("page_unreadable");
    expect(dead.packIds.map((packId) => steps.get(packId))).toEqual(dead.packIds.map(() => "keep: marks_incomplete"));

    const first = scene;
    scene = await createDomainScene(store, zones);
    const strange = await enrolTestAgent(scene);
    const half = await sendHalf(scene, strange, newIds(2));
    await endTestRun(scene, strange, half.run);
    await sweepNow();
    expect(await sweepNow()).toMatchObject({ deleted: 2 });

    scene = first;
    const bytes = Buffer.concat(parts);
    await zoneOf(0).backup.put(key, [bytes], bytes.length);
    expect(await sweepNow()).toMatchObject({ deleted: 2, held: null });
  });

  test("because no pack holds it any more stops deletion as well", async () => {
    const { tree, packIds } = await backUp(scene, agent, chain, newIds(2));
    // As if a fault had removed the row: nothing of ours does.
    const removed = await store.findPack(scene.companyId, packIds[0] ?? "");
    const markIds: Store["markIds"] = async (companyId, lease, marks) => {
      const outcome = await workerStore.markIds(companyId, lease, marks);
      const isAbsent = tree.content.some((id) => Buffer.from(marks.ids).includes(Buffer.from(id)));
      return isAbsent && outcome.kind === "marked" ? { ...outcome, lacking: tree.content.slice(0, 1) } : outcome;
    };
    expect(removed?.state).toBe("live");
    const result = await sweepNow({ deps: { ...scene.deps, store: { ...workerStore, markIds } } });
    expect(result).toMatchObject({ quarantined: 0, deleted: 0, held: { code: "id_lacking" } });
  });

  test("a directory that rotted is not believed, even where it still makes sense", async () => {
    const { packIds, tree } = await backUp(scene, agent, chain, newIds(2));
    const [, metaId = ""] = packIds;
    const path = join(
      folder,
      "zone1",
      packObjectKey(scene.companyId, { packKind: "meta", packId: metaId, tier: "backup" }),
    );
    const bytes = await readFile(path);
    const at = bytes.indexOf(tree.content[0] ?? "");
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(parsePackDirectory(bytes).frames).toHaveLength(2);
    await rm(path);
    await writeFile(path, bytes);
    expect(await sweepNow()).toMatchObject({ quarantined: 0, held: { code: "page_unreadable" } });
    expect(await store.listSuspectPacks(scene.companyId, "zone1", 10)).toEqual([metaId]);
    expect(await statesOf(packIds)).toEqual(["live", "live"]);
  });
});

describe("packs that hold little", () => {
  /** A dead run sent four chunks, each in a frame of its own; a later backup of the same machine needs the first. */
  async function backUpOne() {
    const ids = newIds(4);
    const dead = await openTestRun(scene, agent);
    const sourceId = await sendPack(
      scene,
      dead,
      ids.map((id) => ({ kind: 1, members: [{ id }] })),
    );
    await endTestRun(scene, agent, dead);
    const run = await openTestRun(scene, agent);
    const tree = newTree(ids.slice(0, 1));
    await sendPack(scene, run, pageFrames(tree));
    await commitTree(scene, { agent, run, tree, chain });
    return { tree, sourceId };
  }

  test("are repacked into both zones, and go when later rounds find them unreached", async () => {
    const made = [await backUpOne(), await backUpOne(), await backUpOne()];
    const sources = made.map(({ sourceId }) => sourceId);
    const trees = made.map(({ tree }) => tree);
    await copyTo(scene, workerStore, "zone2");
    expect(await sweepNow()).toMatchObject({ repacked: 0, quarantined: 0 });
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ repacked: 3, quarantined: 0 });
    expect(await statesOf(sources)).toEqual(["live", "live", "live"]);
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ repacked: 0, quarantined: 3 });
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ deleted: 3 });
    expect(await statesOf(sources)).toEqual(["gone", "gone", "gone"]);
    for (const zone of zones) await expectWholeIn(zone, scene.companyId, trees);
    const located = await store.locate(
      scene.companyId,
      0,
      trees.flatMap(({ content }) => content),
    );
    expect(new Set(located.map((at) => at?.packId)).size).toBe(1);
    const [at] = located;
    const row = await store.findPack(scene.companyId, at?.packId ?? "");
    expect(row?.copies.map(({ state }) => state)).toEqual(["present", "present"]);
  });

  test("stay as they are while a zone does not take the new pack", async () => {
    const { sourceId } = await backUpOne();
    setAway(1, true);
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ repacked: 0 });
    setAway(1, false);
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ repacked: 1 });
    expect(await stateOf(sourceId)).toBe("live");
  });

  test("are not repacked from a bad copy", async () => {
    const { sourceId } = await backUpOne();
    const path = join(
      folder,
      "zone1",
      packObjectKey(scene.companyId, { packKind: "content", packId: sourceId, tier: "backup" }),
    );
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await rm(path);
    await writeFile(path, bytes);
    expect(await sweepNow({ frameBytes: 1 })).toMatchObject({ repacked: 0 });
    expect(await store.listSuspectPacks(scene.companyId, "zone1", 10)).toEqual([sourceId]);
  });
});

describe("a dry run", () => {
  test("says what a sweep would do, and changes nothing", async () => {
    const kept = await backUp(scene, agent, chain, newIds(2));
    const dead = await sendHalf(scene, agent, newIds(2));
    await endTestRun(scene, agent, dead.run);
    const first = await planNow();
    expect(first.plan).toMatchObject({ round: 1, problem: null, hold: null });
    expect(first.steps.get(dead.packIds[0] ?? "")).toBe("quarantine: unreached");
    expect(first.steps.get(kept.packIds[0] ?? "")).toBe("keep: reached");
    expect(await statesOf(dead.packIds)).toEqual(["live", "live"]);
    expect(await workerStore.findSweep(scene.companyId, "backup")).toBeNull();
    await sweepNow();
    const second = await planNow();
    expect(second.steps.get(dead.packIds[0] ?? "")).toBe("delete: unreached_again");
    setAway(1, true);
    expect((await planNow()).plan).toMatchObject({ hold: { code: "zone_away" } });
    expect(await statesOf(dead.packIds)).toEqual(["quarantined", "quarantined"]);
  });
});
