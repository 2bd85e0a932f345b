import { chmod, lstat, mkdtemp, readdir, rm, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toHex } from "../../../engine/codec/hex.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import type { Store } from "../../domain/store/store.ts";
import {
  createDomainScene,
  type DomainScene,
  enrolTestAgent,
  type TestAgent,
} from "../../domain/testing/domain-scene.ts";
import { archivedManifestKey, manifestObjectKey, packObjectKey } from "../../domain/zone/object-keys.ts";
import { keyInBase } from "../../domain/zone/tiered-zone.ts";
import { createLog } from "../../platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/postgres.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { type Faults, NO_FAULTS, withFaults } from "../../zones/faulty-zone.ts";
import { createFsZone } from "../../zones/fs-zone.ts";
import { type OpenZone, zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import { scrub } from "../scrub/scrub.ts";
import { DriftWatch } from "../sweep/read-evidence.ts";
import { sweep } from "../sweep/sweep.ts";
import {
  backUp,
  type Chain,
  copyTo,
  expectWholeBase,
  listBasePackIds,
  newChain,
  newId32,
  sweepOptionsOf,
  writeTerm,
} from "../sweep/testing/sweep-world.ts";
import { type AgeOptions, ageCompany } from "./age-company.ts";

const DAY_MS = 24 * 3_600_000;
const log = createLog("test");
log.level = "silent";

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
let chain: Chain;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
  workerDatabase = openPgDatabase({ url: testDatabase.workerUrl });
  store = createPgStore(database);
  workerStore = createPgStore(workerDatabase);
  folder = await mkdtemp(join(tmpdir(), "holdfast-archive-"));
  zones = await Promise.all(faults.map((_, at) => makeZone(at)));
  for (const { backup } of zones) await writeTerm(backup);
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
  chain = newChain();
});

async function makeZone(at: number): Promise<OpenZone> {
  const zoneId = `zone${at + 1}`;
  const open = async (base: "backup" | "archive"): Promise<Zone> => {
    const path = join(folder, zoneId, base);
    await createZoneIdentity({ zoneId, base, path, randomness: nodeRandomness });
    const real = createFsZone({ zoneId, base, path, primitives: nodePrimitives });
    return withFaults(real, { seed: at, clock, faults: faults[at] ?? { ...NO_FAULTS } });
  };
  const bases = { backup: await open("backup"), archive: await open("archive") };
  return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", ...bases });
}

/** Looks from so many days ahead: the database's own clock stays where it is. */
function optionsAt(daysAhead: number, change: Partial<AgeOptions> = {}): AgeOptions {
  const getTime: Store["getTime"] = async () => new Date(Date.now() + daysAhead * DAY_MS);
  return {
    deps: { store: { ...workerStore, getTime }, zones: scene.deps.zones, primitives: nodePrimitives },
    ...{ owner: "test", log, now: () => new Date(), drift: new DriftWatch() },
    ...{ controlTerm: async () => 1, awaitJournal: async () => true },
    ...change,
  };
}

const ageAt = (daysAhead: number, change: Partial<AgeOptions> = {}) =>
  ageCompany(optionsAt(daysAhead, change), scene.companyId);
const newIds = (count: number) => Array.from({ length: count }, newId32);
const rows = () => workerStore.listAgingSnapshots(scene.companyId, agent.sourceId);

const ALL_INCIDENTS = { sort: "need", isDescending: false, states: [], kinds: [], limit: 10 } as const;
const judgeStuck = () => workerStore.judgeIncidents(scene.companyId, { awayMs: 0, behindMs: 0, freezeMs: 0 });

/** Three backups of today, each with something new, in both zones. */
async function backUpThree(common = newIds(3)) {
  const made = [];
  for (let count = 0; count < 3; count++) made.push(await backUp(scene, agent, chain, [...common, ...newIds(2)]));
  await copyTo(scene, workerStore, "zone2");
  return made;
}

describe("ageing", () => {
  test("freezes what stands for its day in the archive of both zones, read-only until then, and lets the others go", async () => {
    const [first, second, third] = await backUpThree([]);
    expect(await ageAt(10)).toMatchObject({ kind: "done", frozen: 0, leftBackup: 0, problem: null });
    expect(await ageAt(20)).toMatchObject({ kind: "done", frozen: 1, leftBackup: 2, deletedObjects: 3, held: null });
    const [frozen, ...others] = await rows();
    expect(others.map(({ commit, isInBackup }) => [commit, isInBackup])).toEqual([[third?.commit, true]]);
    expect(frozen).toMatchObject({ commit: first?.commit, isInBackup: false, frozen: { snapshotClass: "yearly" } });
    const { companyId } = scene;
    const snapshot = await store.findSnapshot(companyId, frozen?.snapshotId ?? "");
    const hash = toHex(snapshot?.manifestSha256 ?? new Uint8Array());
    const manifest = keyInBase(archivedManifestKey(companyId, first?.commit ?? 0, hash));
    for (const { zoneId, archive, backup } of zones) {
      await expectWholeBase(archive, companyId, first ? [first.tree] : []);
      await expectWholeBase(backup, companyId, third ? [third.tree] : []);
      const names = await readdir(join(folder, zoneId, "archive", "companies", companyId, "snapshots"));
      expect(names).toHaveLength(2);
      const file = await lstat(join(folder, zoneId, "archive", manifest));
      expect([file.mode & 0o777, file.mtimeMs]).toEqual([0o444, frozen?.frozen?.retainUntil.getTime()]);
      await expect(archive.delete(manifest)).rejects.toMatchObject({ code: "locked" });
      for (const packId of await listBasePackIds(archive, companyId)) {
        const pack = await workerStore.findPack(companyId, packId);
        const until = pack?.lockedUntil;
        expect(await archive.findLock(keyInBase(packObjectKey(companyId, pack ?? fail())))).toEqual(until);
        expect(until?.getTime()).toBeGreaterThanOrEqual(frozen?.frozen?.retainUntil.getTime() ?? Number.NaN);
      }
      expect(await backup.find(manifestObjectKey(companyId, first?.commit ?? 0, hash))).toBeNull();
    }
    expect(await store.findSnapshot(companyId, second ? (second.packIds[0] ?? "") : "")).toBeNull();
    // What only they reached goes from the backup tier; readers then find it in the archive.
    const options = sweepOptionsOf(scene, { store: workerStore });
    for (let round = 0; round < 2; round++) {
      expect(await sweep(options, companyId)).toMatchObject({ kind: "done", held: null });
      expect(await sweep(options, companyId, "archive")).toMatchObject({ kind: "done", quarantined: 0, deleted: 0 });
    }
    const located = await store.locate(companyId, 0, first?.tree.content ?? []);
    const tiers = await Promise.all(
      located.map(async (at) => (await store.findPack(companyId, at?.packId ?? ""))?.tier),
    );
    expect(tiers).toEqual(["archive", "archive"]);
  });

  test("copies only what the archive lacks, and locks longer what it has", async () => {
    const { companyId, ownerId } = scene;
    const [first, second] = await backUpThree();
    await ageAt(20);
    const before = (await store.readTiers(companyId)).archive;
    const row = (await rows())[0];
    const again = await backUp(scene, agent, chain, first?.tree.content ?? []);
    await backUp(scene, agent, chain, newIds(1));
    await copyTo(scene, workerStore, "zone2");
    const snapshotId = (await rows()).find(({ commit }) => commit === again.commit)?.snapshotId ?? "";
    const holdId = "00000000-0000-4000-8000-000000000001";
    await store.placeHold(companyId, { holdId, snapshotId, reason: "case 7", byPersonId: ownerId });
    expect(await ageAt(0)).toMatchObject({ frozen: 1, problem: null });
    const after = (await store.readTiers(companyId)).archive;
    // Its own four pages alone: all content is there.
    expect(after.packs - before.packs).toBe(1);
    for (const { archive } of zones) await expectWholeBase(archive, companyId, first ? [first.tree, again.tree] : []);
    expect([row?.frozen !== null, second !== undefined]).toEqual([true, true]);
  });

  test("what a hold keeps is locked for longer in both zones before its time is over, and what cannot be is an incident", async () => {
    const { companyId, ownerId } = scene;
    await backUpThree();
    await ageAt(20);
    const [frozen] = await rows();
    const { snapshotId, commit } = frozen ?? fail();
    const hold = { holdId: "00000000-0000-4000-8000-000000000002", snapshotId, reason: "case 8", byPersonId: ownerId };
    await store.placeHold(companyId, hold);
    const until = async () => (await rows()).find((row) => row.commit === commit)?.frozen?.retainUntil ?? fail();
    const before = await until();
    const daysLeft = (before.getTime() - Date.now()) / DAY_MS;
    expect(await ageAt(daysLeft - 31)).toMatchObject({ kind: "done", extended: 0 });
    Object.assign(faults[1] ?? {}, { isLost: true });
    expect(await ageAt(daysLeft - 29)).toMatchObject({ extended: 0, stuck: 1 });
    expect(await judgeStuck()).toEqual({ opened: ["freeze_stuck"], closed: 0 });
    expect(await until()).toEqual(before);
    Object.assign(faults[1] ?? {}, { isLost: false });
    expect(await ageAt(daysLeft - 29)).toMatchObject({ extended: 1, stuck: 0, problem: null });
    expect(await judgeStuck()).toEqual({ opened: [], closed: 1 });
    const after = await until();
    expect((after.getTime() - before.getTime()) / DAY_MS).toBeCloseTo(31, 1);
    for (const { zoneId, archive } of zones) {
      const names = await readdir(join(folder, zoneId, "archive", "companies", companyId, "snapshots"));
      const ends = await Promise.all(names.map((name) => archive.findLock(`companies/${companyId}/snapshots/${name}`)));
      // The manifest and the new sidecar; the first one ends when it was to.
      expect(ends.map((end) => end?.getTime()).toSorted()).toEqual([before, after, after].map((end) => end.getTime()));
      for (const packId of await listBasePackIds(archive, companyId)) {
        const pack = (await workerStore.findPack(companyId, packId)) ?? fail();
        const end = await archive.findLock(keyInBase(packObjectKey(companyId, pack)));
        expect(end?.getTime()).toBeGreaterThanOrEqual(after.getTime());
      }
    }
  });

  test("waits while a zone is away, says why, and goes on when it is back", async () => {
    const [first] = await backUpThree();
    Object.assign(faults[1] ?? {}, { isLost: true });
    expect(await ageAt(20)).toMatchObject({
      kind: "done",
      frozen: 0,
      leftBackup: 0,
      stuck: 1,
      problem: { code: "zone_away" },
    });
    expect((await rows()).every(({ isInBackup, frozen }) => isInBackup && frozen === null)).toBe(true);
    expect(await judgeStuck()).toEqual({ opened: ["freeze_stuck"], closed: 0 });
    const incidents = await store.listIncidents(scene.companyId, ALL_INCIDENTS);
    expect(incidents).toMatchObject([{ kind: "freeze_stuck", code: "zone_away", count: 1 }]);
    Object.assign(faults[1] ?? {}, { isLost: false });
    expect(await ageAt(20)).toMatchObject({ frozen: 1, leftBackup: 2, problem: null });
    expect(await judgeStuck()).toEqual({ opened: [], closed: 1 });
    for (const { archive } of zones) await expectWholeBase(archive, scene.companyId, first ? [first.tree] : []);
  });

  test("nothing counts as frozen where the archive cannot lock", async () => {
    await backUpThree();
    const cannot: Zone["lock"] = async () => {
      throw new ZoneError("no_locks", "zone2", "no Object Lock");
    };
    const all = zones.map((zone) =>
      zone.zoneId === "zone2" ? { ...zone, archive: { ...zone.archive, lock: cannot } } : zone,
    );
    const { deps } = optionsAt(20);
    const result = await ageAt(20, { deps: { ...deps, zones: { ...deps.zones, all: () => all } } });
    expect(result).toMatchObject({ frozen: 0, leftBackup: 0, problem: { code: "no_locks" } });
    expect(await judgeStuck()).toEqual({ opened: ["freeze_stuck"], closed: 0 });
  });

  test("what was left out of the archive is noticed before anything counts as frozen, and the next try puts it there", async () => {
    const [first] = await backUpThree();
    const { deps } = optionsAt(20);
    // As if a pack had been repacked and deleted between the marking and the copying.
    const listLiveFrames: Store["listLiveFrames"] = async (...input) =>
      (await workerStore.listLiveFrames(...input))?.filter(({ packId }) => packId !== first?.packIds[0]) ?? null;
    const store = { ...workerStore, getTime: deps.store.getTime, listLiveFrames };
    const result = await ageAt(20, { deps: { ...deps, store } });
    expect(result).toMatchObject({ frozen: 0, leftBackup: 0, problem: { code: "id_lacking" } });
    expect(await ageAt(20)).toMatchObject({ frozen: 1, problem: null });
    for (const { archive } of zones) await expectWholeBase(archive, scene.companyId, first ? [first.tree] : []);
  });

  test("a pack of which no copy is good keeps its snapshot from being frozen, and so in the backup tier", async () => {
    const made = await backUpThree();
    const packId = made[0]?.packIds[0] ?? "";
    for (const { zoneId } of zones) {
      const path = join(folder, zoneId, "backup", "companies", scene.companyId, "packs", packId.slice(0, 2), packId);
      await writeFile(path, "rotten");
    }
    expect(await ageAt(20)).toMatchObject({ frozen: 0, leftBackup: 0, problem: { code: "pack_unreadable" } });
  });

  test("an archive copy that is lost or rotten is healed from the other zone, and locked again", async () => {
    await backUpThree();
    await ageAt(20);
    const { companyId } = scene;
    const packId = (await listBasePackIds(zones[1]?.archive ?? fail(), companyId))[0] ?? "";
    const row = await workerStore.findPack(companyId, packId);
    const kind = row?.packKind === "meta" ? "meta" : "packs";
    const path = join(folder, "zone2", "archive", "companies", companyId, kind, packId.slice(0, 2), packId);
    for (const break_ of [() => unlink(path), async () => chmod(path, 0o640).then(() => writeFile(path, "rotten"))]) {
      await break_();
      await workerStore.markCopy(companyId, "zone2", { packId, state: "suspect", code: "test" });
      await copyTo(scene, workerStore, "zone2");
      const file = await lstat(path);
      expect([file.mode & 0o777, file.mtimeMs]).toEqual([0o444, row?.lockedUntil?.getTime()]);
    }
  });

  test("a scrub locks again what lost its lock in a folder, the manifest as well as the packs", async () => {
    await backUpThree();
    await ageAt(20);
    const { companyId, deps } = scene;
    const base = join(folder, "zone2", "archive");
    const names = await readdir(join(base, "companies", companyId), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const locks = async () =>
      Promise.all(files.map(async (path) => [(await lstat(path)).mode & 0o777, (await lstat(path)).mtimeMs]));
    const before = await locks();
    expect(before.length).toBeGreaterThan(2);
    for (const path of files) {
      await chmod(path, 0o640);
      await utimes(path, new Date(), new Date());
    }
    const options = {
      deps: { ...deps, store: workerStore, zones: zoneSetOf(zones) },
      owner: "test",
      log,
      daysPerRound: 1e-6,
    };
    const isThrough = async () => (await workerStore.findScrubRound(companyId, "zone2"))?.lastFullAt ?? null;
    while ((await isThrough()) === null) {
      await scrub({ ...options, now: () => new Date() }, companyId, "zone2");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await locks()).toEqual(before);
  });

  test("nothing is deleted while the journal is behind; what was let go stays to be deleted", async () => {
    await backUpThree();
    const result = await ageAt(20, { awaitJournal: async () => false });
    expect(result).toMatchObject({ frozen: 1, leftBackup: 2, deletedObjects: 0, held: { code: "journal_behind" } });
    expect(await workerStore.listDeletingObjects(scene.companyId, { after: null, limit: 10 })).toHaveLength(3);
    expect(await ageAt(20)).toMatchObject({ deletedObjects: 3, held: null });
  });
});

function fail(): never {
  throw new Error("no such zone");
}
