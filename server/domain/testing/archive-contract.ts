import { describe, expect, test } from "vitest";
import type { RetentionSettings } from "../../../contracts/retention.ts";
import type { Freeze } from "../store/archive-store.ts";
import type { Store } from "../store/store.ts";
import { SWEEP_JOBS } from "../store/sweep-store.ts";
import {
  bytes,
  createScene,
  newUuid,
  openRun,
  packOf,
  publishSnapshot,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

const DAY_MS = 24 * 3_600_000;
const NOTHING_SET: RetentionSettings = {
  freezeAfterDays: null,
  dailyDays: null,
  weeklyWeeks: null,
  monthlyMonths: null,
  yearlyYears: null,
};

/** Whole seconds, so many days from now; before now where negative. */
function daysFromNow(days: number): Date {
  return new Date(Math.floor((Date.now() + days * DAY_MS) / 1_000) * 1_000);
}

/** @param getWorkerStore freezes and lets go: what the portal's role may not */
export function describeArchive(getStore: () => Store, getWorkerStore: () => Store): void {
  /** Published one after the other by the same agent, from the oldest on. */
  const publish = async (scene: Scene, count: number) => {
    const published: Awaited<ReturnType<typeof publishSnapshot>>[] = [];
    for (let at = 0; at < count; at++) {
      published.push(await publishSnapshot(getStore(), scene, published.at(-1)?.snapshot ?? null));
    }
    return published;
  };
  const freezeOf = (commit: number, change: Partial<Freeze> = {}): Freeze => ({
    commit,
    snapshotClass: "daily",
    retainUntil: daysFromNow(35),
    objects: (["manifest", "sidecar"] as const).map((kind) => {
      return { kind, objectKey: `archive/${kind}/${newUuid()}`, sizeBytes: 500, sha256: bytes(32) };
    }),
    zoneIds: [ZONE_1, ZONE_2],
    ...change,
  });
  const place = (scene: Scene, snapshotId: string) => {
    const hold = { holdId: newUuid(), snapshotId, reason: "case 7", byPersonId: scene.ownerId };
    return getStore()
      .placeHold(scene.companyId, hold)
      .then((outcome) => ({ outcome, holdId: hold.holdId }));
  };
  /** A pack of the archive in both zones, locked for so many days from now. */
  const archivePack = async (days: number) => {
    const scene = await createScene(getStore());
    const { companyId } = scene;
    const lease = await openRun(getStore(), scene);
    const pack = packOf(scene, [bytes(32)]);
    const made = { pack, runId: lease.runId, zoneIds: [ZONE_1, ZONE_2], lockedUntil: daysFromNow(days) };
    await getWorkerStore().recordArchivedPack(companyId, made);
    return { companyId, lease, pack, made };
  };
  const agingOf = async ({ companyId, sourceId }: Scene) => getStore().listAgingSnapshots(companyId, sourceId);
  const keysToDelete = ({ companyId }: Scene) =>
    getWorkerStore().listDeletingObjects(companyId, { after: null, limit: 500 });

  describe("freezing", () => {
    test("a snapshot is frozen once, with its class and until when it stays, and its objects are present and locked", async () => {
      const scene = await createScene(getStore());
      const [first] = await publish(scene, 1);
      if (!first) throw new Error("none");
      const freeze = freezeOf(first.commit, { snapshotClass: "yearly" });
      expect(await getWorkerStore().recordFrozen(scene.companyId, freeze)).toBe(true);
      expect(await getWorkerStore().recordFrozen(scene.companyId, freezeOf(first.commit))).toBe(false);
      const { retainUntil } = freeze;
      expect(await agingOf(scene)).toMatchObject([
        { commit: first.commit, isInBackup: true, frozen: { snapshotClass: "yearly", retainUntil, isExpired: false } },
      ]);
      const row = await getStore().findSnapshot(scene.companyId, first.snapshot.snapshotId);
      expect(row).toMatchObject({
        backupLeftAt: null,
        frozen: { snapshotClass: "yearly", retainUntil },
        isHeld: false,
      });
      const object = await getStore().findObject(scene.companyId, freeze.objects[0]?.objectKey ?? "");
      expect(object).toMatchObject({ lockedUntil: retainUntil, copies: [{ state: "present" }, { state: "present" }] });
    });

    test("a frozen snapshot may be kept for longer, never for less, and not once the archive has let it go", async () => {
      const worker = getWorkerStore();
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const [first, second] = await publish(scene, 3);
      if (!first || !second) throw new Error("none");
      const freeze = freezeOf(first.commit);
      const [manifest, sidecar] = freeze.objects;
      if (!manifest || !sidecar) throw new Error("none");
      const objects = [manifest, { ...sidecar, objectKey: `archive/sidecar/${newUuid()}` }];
      const longer = { ...freeze, retainUntil: daysFromNow(90), objects };
      expect(await worker.extendFrozen(companyId, longer)).toBe(false);
      await worker.recordFrozen(companyId, freeze);
      expect(await worker.extendFrozen(companyId, { ...longer, retainUntil: daysFromNow(20) })).toBe(false);
      expect(await worker.extendFrozen(companyId, longer)).toBe(true);
      expect(await worker.extendFrozen(companyId, longer)).toBe(false);
      const { retainUntil } = longer;
      expect((await agingOf(scene))[0]).toMatchObject({ frozen: { snapshotClass: "daily", retainUntil } });
      const lockOf = async (objectKey: string) => (await getStore().findObject(companyId, objectKey))?.lockedUntil;
      for (const { objectKey } of objects) expect(await lockOf(objectKey)).toEqual(retainUntil);
      expect(await lockOf(sidecar.objectKey)).toEqual(freeze.retainUntil);

      await worker.recordFrozen(companyId, freezeOf(second.commit, { retainUntil: daysFromNow(-1) }));
      expect(await worker.expireArchived(companyId, [second.commit])).toEqual([second.commit]);
      expect(await worker.extendFrozen(companyId, { ...longer, commit: second.commit })).toBe(false);
    });

    test("packs of the archive are found by readers behind those of the backup tier, and nothing may be built on them", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const lease = await openRun(store, scene);
      const [both, archived] = [bytes(32), bytes(32)];
      const backup = packOf(scene, [both]);
      await store.recordPack(companyId, lease, ZONE_1, backup);
      const pack = packOf(scene, [both, archived]);
      const made = { pack, runId: lease.runId, zoneIds: [ZONE_1, ZONE_2], lockedUntil: daysFromNow(40) };
      expect(await worker.recordArchivedPack(companyId, made)).toBe(true);
      const located = await store.locate(companyId, 0, [both, archived]);
      expect(located.map((place) => place?.packId)).toEqual([backup.packId, pack.packId]);
      const ask = { companyId, scope: 0, zoneId: ZONE_1, machineId, kind: 1 as const, chunkIds: [both, archived] };
      expect(await store.known(ask)).toEqual([true, false]);
      const reached = await store.reach(companyId, { scope: 0, zoneId: ZONE_1, machineId, chunkIds: [both, archived] });
      expect(reached.map((place) => place?.packId)).toEqual([backup.packId, undefined]);
      const row = await store.findPack(companyId, pack.packId);
      expect(row).toMatchObject({ tier: "archive", lockedUntil: made.lockedUntil });
    });

    test("a pack that is made once more heals what was found about its copies", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const { companyId, pack, made } = await archivePack(40);
      await store.markCopy(companyId, ZONE_2, { packId: pack.packId, state: "missing", code: "not_found" });
      await worker.recordArchivedPack(companyId, made);
      const request = { sort: "found", isDescending: true, states: [], limit: 10 } as const;
      expect(await store.listFindings(companyId, request)).toMatchObject([{ zoneId: ZONE_2, state: "healed" }]);
    });

    test("a lock grows and never shrinks, and while it holds no sweep deletes the pack", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const { companyId, lease, pack, made } = await archivePack(40);
      await store.endRun(companyId, lease, { outcome: "failed", code: "x" });
      await worker.raisePackLocks(companyId, [pack.packId], daysFromNow(10));
      expect((await store.findPack(companyId, pack.packId))?.lockedUntil).toEqual(made.lockedUntil);
      const later = daysFromNow(80);
      await worker.recordArchivedPack(companyId, { ...made, lockedUntil: later });
      expect((await store.findPack(companyId, pack.packId))?.lockedUntil).toEqual(later);
      const first = await beginSweep(companyId);
      await store.quarantinePacks(companyId, [pack.packId], first.publications);
      expect(await worker.sealQuarantine(companyId, "archive", first.round)).toBe(1);
      const { round, publications } = await beginSweep(companyId);
      const marked = { tier: "archive", round, publications } as const;
      expect(await worker.deletePacks(companyId, [pack.packId], marked)).toEqual({ kind: "deleting", packIds: [] });
    });

    test("a pack of the archive whose lock is over goes by the rounds of its own tier", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const { companyId, lease, pack } = await archivePack(-1);
      await store.endRun(companyId, lease, { outcome: "failed", code: "x" });
      const first = await beginSweep(companyId);
      await store.quarantinePacks(companyId, [pack.packId], first.publications);
      expect(await worker.sealQuarantine(companyId, "backup", first.round)).toBe(0);
      await worker.sealQuarantine(companyId, "archive", first.round);
      const { round, publications } = await beginSweep(companyId);
      const marked = { round, publications };
      const none = { kind: "round_over" };
      expect(await worker.deletePacks(companyId, [pack.packId], { tier: "backup", ...marked })).toEqual(none);
      const deleting = await worker.deletePacks(companyId, [pack.packId], { tier: "archive", ...marked });
      expect(deleting).toEqual({ kind: "deleting", packIds: [pack.packId] });
      await worker.markObjectsDeleted(companyId, [pack.packId], round);
      await worker.dropChunks(companyId, null, 1_000);
      expect(await worker.forgetPacks(companyId, "backup", round)).toBe(0);
      expect(await worker.forgetPacks(companyId, "archive", round)).toBe(1);
    });

    async function beginSweep(companyId: string) {
      const job = { companyId, name: SWEEP_JOBS.archive };
      const worker = getWorkerStore();
      const fencingToken = (await worker.takeJob(job, newUuid(), 60_000))?.fencingToken ?? 0;
      const lease = { jobName: job.name, tier: "archive" as const, fencingToken };
      const begun = await worker.beginSweep(companyId, lease, { isPlanOnly: false });
      if (!begun) throw new Error("the lease is lost");
      await worker.saveJob(job, { fencingToken, cursor: null, leaseMs: 0 });
      return begun;
    }
  });

  describe("letting go", () => {
    test("a snapshot that leaves the backup tier gives up its manifest there, and everything but the header once no tier has it", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const [kept, thinned] = await publish(scene, 3);
      if (!kept || !thinned) throw new Error("none");
      await worker.recordFrozen(companyId, freezeOf(kept.commit));
      expect(await worker.leaveBackup(companyId, [kept.commit, thinned.commit])).toEqual([kept.commit, thinned.commit]);
      expect(await worker.leaveBackup(companyId, [kept.commit])).toEqual([]);
      const nameOf = (kind: string, { snapshot, commit }: typeof kept) => `${kind}/${snapshot.snapshotId}/${commit}`;
      const wanted = [nameOf("manifest", kept), nameOf("manifest", thinned), nameOf("receipt", thinned)];
      expect(await keysToDelete(scene)).toEqual(wanted.toSorted());
      expect(await store.findSnapshot(companyId, thinned.snapshot.snapshotId)).toBeNull();
      expect((await store.findSnapshot(companyId, kept.snapshot.snapshotId))?.backupLeftAt).toBeInstanceOf(Date);
      await worker.removeObjects(companyId, wanted);
      expect(await keysToDelete(scene)).toEqual([]);
      expect(await store.findObject(companyId, nameOf("manifest", kept))).toBeNull();
      expect(await store.findObject(companyId, nameOf("receipt", kept))).not.toBeNull();
      expect(await store.findObject(companyId, nameOf("header", thinned))).not.toBeNull();
      expect(await store.listMissingObjects(companyId, ZONE_2, { after: "", limit: 500 })).not.toContainEqual(
        expect.objectContaining({ objectKey: nameOf("manifest", thinned) }),
      );
    });

    test("what is to be deleted is told in pages, by its keys", async () => {
      const worker = getWorkerStore();
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const published = await publish(scene, 3);
      await worker.leaveBackup(
        companyId,
        published.map(({ commit }) => commit),
      );
      const all = await keysToDelete(scene);
      expect(all.length).toBeGreaterThan(2);
      expect(all).toEqual(all.toSorted());
      const [first = "", second = ""] = all;
      expect(await worker.listDeletingObjects(companyId, { after: null, limit: 2 })).toEqual([first, second]);
      expect(await worker.listDeletingObjects(companyId, { after: first, limit: 500 })).toEqual(all.slice(1));
    });

    test("the newest of a source stays, whatever is asked", async () => {
      const scene = await createScene(getStore());
      const [first, last] = await publish(scene, 2);
      const commits = [first?.commit ?? 0, last?.commit ?? 0];
      expect(await getWorkerStore().leaveBackup(scene.companyId, commits)).toEqual([first?.commit]);
    });

    test("the archive lets go what is over and under no hold, and nothing else", async () => {
      const worker = getWorkerStore();
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const [over, held, young] = await publish(scene, 4);
      if (!over || !held || !young) throw new Error("none");
      const past = { retainUntil: daysFromNow(-1) };
      await worker.recordFrozen(companyId, freezeOf(over.commit, past));
      await worker.recordFrozen(companyId, freezeOf(held.commit, past));
      await worker.recordFrozen(companyId, freezeOf(young.commit));
      const { holdId } = await place(scene, held.snapshot.snapshotId);
      const commits = [over.commit, held.commit, young.commit];
      expect(await worker.expireArchived(companyId, commits)).toEqual([over.commit]);
      await getStore().liftHold(companyId, { holdId, byPersonId: scene.ownerId });
      expect(await worker.expireArchived(companyId, commits)).toEqual([held.commit]);
      expect((await agingOf(scene)).map(({ frozen }) => frozen?.isExpired)).toEqual([true, true, false, undefined]);
    });

    test("what a hold keeps and nobody has frozen stays in the backup tier; once frozen it may leave there", async () => {
      const worker = getWorkerStore();
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const [held] = await publish(scene, 2);
      if (!held) throw new Error("none");
      expect(await place(scene, held.snapshot.snapshotId)).toMatchObject({ outcome: "placed" });
      expect(await worker.leaveBackup(companyId, [held.commit])).toEqual([]);
      await worker.recordFrozen(companyId, freezeOf(held.commit));
      expect(await worker.leaveBackup(companyId, [held.commit])).toEqual([held.commit]);
      expect((await place(scene, "no such snapshot")).outcome).toBe("not_found");
      expect(await getStore().listHolds(companyId)).toMatchObject([
        { snapshotId: held.snapshot.snapshotId, reason: "case 7" },
      ]);
    });

    test("what both tiers hold is told by snapshots, packs and bytes", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const [first] = await publish(scene, 2);
      const lease = await openRun(store, scene);
      await store.recordPack(companyId, lease, ZONE_1, packOf(scene, [bytes(32)]));
      const pack = { ...packOf(scene, [bytes(32)]), sizeBytes: 200_000 };
      await worker.recordArchivedPack(companyId, {
        pack,
        runId: lease.runId,
        zoneIds: [ZONE_1],
        lockedUntil: daysFromNow(9),
      });
      await worker.recordFrozen(companyId, freezeOf(first?.commit ?? 0));
      expect(await store.readTiers(companyId)).toEqual({
        backup: { snapshots: 2, packs: 1, storedBytes: 100_000 },
        archive: { snapshots: 1, packs: 1, storedBytes: 200_000 },
        holds: 0,
      });
    });
  });

  describe("retention", () => {
    test("is what each level sets itself, from the provider down, and replaced as a whole", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId, sourceId, ownerId } = scene;
      const put = (level: "company" | "machine" | "source", subjectId: string, settings: Partial<RetentionSettings>) =>
        store.putRetention(companyId, {
          level,
          subjectId,
          settings: { ...NOTHING_SET, ...settings },
          byPersonId: ownerId,
        });
      expect(await put("source", sourceId, { dailyDays: 90 })).toBe("stored");
      expect(await put("company", companyId, { freezeAfterDays: 3, yearlyYears: 10 })).toBe("stored");
      expect(await put("machine", machineId, { weeklyWeeks: 0 })).toBe("stored");
      expect(await put("company", companyId, { freezeAfterDays: 4 })).toBe("stored");
      expect(await put("machine", newUuid(), {})).toBe("subject_unknown");
      expect(await put("company", newUuid(), {})).toBe("subject_unknown");
      const own = (await store.listRetention(companyId, { machineId, sourceId })).filter(
        ({ level }) => level !== "provider",
      );
      expect(own).toEqual([
        { level: "company", settings: { ...NOTHING_SET, freezeAfterDays: 4 } },
        { level: "machine", settings: { ...NOTHING_SET, weeklyWeeks: 0 } },
        { level: "source", settings: { ...NOTHING_SET, dailyDays: 90 } },
      ]);
      const stranger = await createScene(store);
      expect(await store.listRetention(stranger.companyId, { machineId, sourceId })).not.toContainEqual(
        expect.objectContaining({ level: "machine" }),
      );
    });

    test("the provider's own holds for every company", async () => {
      const store = getStore();
      const { companyId, ownerId } = await createScene(store);
      const settings = { ...NOTHING_SET, dailyDays: 77 };
      const put = { level: "provider", subjectId: companyId, settings, byPersonId: ownerId } as const;
      expect(await store.putRetention(companyId, put)).toBe("subject_unknown");
      expect(await store.putRetention(null, put)).toBe("stored");
      expect(await store.listRetention(companyId, {})).toEqual([{ level: "provider", settings }]);
      await store.putRetention(null, { ...put, settings: NOTHING_SET });
    });
  });
}
