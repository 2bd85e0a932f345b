import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import { bytes, createScene, enrolMachine, openRun, packOf, publicationOf, snapshotOf, ZONE_1 } from "./store-scene.ts";
import { sweepSteps } from "./sweep-steps.ts";

/** @param getWorkerStore marks and removes: what the portal's role may not */
export function describeQuarantine(getStore: () => Store, getWorkerStore: () => Store): void {
  const { begin, listOf, record, stateOf, quarantine } = sweepSteps(getStore, getWorkerStore);

  describe("from quarantined to gone", () => {
    test("a later round moves it, every trace of its members goes, and its name is refused for ever", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const { packId, ids } = await quarantine(scene);
      const { lease, round, publications } = await begin(companyId);
      const before = await store.getClosure(companyId);
      const outcome = await worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      expect(outcome).toEqual({ kind: "deleting", packIds: [packId] });
      expect((await store.getClosure(companyId)).generation).toBe(before.generation + 1);
      expect(await store.reach(companyId, { scope: 0, zoneId: ZONE_1, machineId, chunkIds: ids })).toEqual([
        null,
        null,
      ]);
      expect(await store.locate(companyId, 0, ids)).toEqual([null, null]);
      expect(await worker.rescuePacks(companyId, [packId])).toEqual([]);
      expect(await worker.forgetPacks(companyId, "backup", round)).toBe(0);
      expect(await worker.dropChunks(companyId, null, 1_000)).toMatchObject({ dropped: 0 });
      await worker.markObjectsDeleted(companyId, [packId], round);
      expect(await worker.dropChunks(companyId, null, 1_000)).toEqual({ dropped: 2, next: null });
      expect(await worker.forgetPacks(companyId, "backup", round)).toBe(1);
      expect(await store.findPack(companyId, packId)).toMatchObject({ state: "gone", copies: [] });
      expect(await listOf(scene, lease)).toEqual([]);
      const again = { ...packOf(scene, ids), packId };
      const run = await openRun(store, scene);
      expect(await store.recordPack(companyId, run, ZONE_1, again)).toEqual({ kind: "pack_refused" });
    });

    test("index entries of other packs stay, however small the slices are that are looked at", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const shared = bytes(32);
      const kept = await record(scene, await openRun(store, scene), [shared, bytes(32), bytes(32)]);
      const { packId } = await quarantine(scene);
      const { round, publications } = await begin(companyId);
      await worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      await worker.markObjectsDeleted(companyId, [packId], round);
      let dropped = 0;
      let after: Awaited<ReturnType<Store["dropChunks"]>>["next"] = null;
      do {
        const slice = await worker.dropChunks(companyId, after, 2);
        dropped += slice.dropped;
        after = slice.next;
      } while (after !== null);
      expect(dropped).toBe(2);
      expect(await store.locate(companyId, 0, [shared])).toMatchObject([{ packId: kept }]);
    });

    test("not in the round that quarantined it, not while it is marked, not under old marks, not in another round", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const { packId, ids, round: first, publications } = await quarantine(scene);
      const none = { kind: "deleting", packIds: [] };
      expect(await worker.deletePacks(companyId, [packId], { tier: "backup", round: first, publications })).toEqual(
        none,
      );
      const { round, lease } = await begin(companyId);
      const attempt = (marked: { round: number; publications: number }) =>
        worker.deletePacks(companyId, [packId], { tier: "backup", ...marked });
      expect(await attempt({ round: first, publications })).toEqual({ kind: "round_over" });
      const outdated = { kind: "marks_outdated", publications };
      expect(await attempt({ round, publications: publications - 1 })).toEqual(outdated);
      const [id = new Uint8Array(32)] = ids;
      await worker.markIds(companyId, lease, { machineId, scope: 0, ids: id, arePages: false });
      expect(await attempt({ round, publications })).toEqual(none);
      expect(await stateOf(scene, packId)).toBe("quarantined");
    });

    test("not before every run that was open at its quarantine has ended; later runs do not matter", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const other = { ...scene, ...(await enrolMachine(store, companyId)) };
      const open = await openRun(store, other);
      const { packId } = await quarantine(scene);
      const { lease, round, publications } = await begin(companyId);
      await openRun(store, scene);
      const attempt = () => worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      expect((await listOf(scene, lease))[0]?.quarantine).toMatchObject({ areRunsOpen: true });
      expect(await attempt()).toEqual({ kind: "deleting", packIds: [] });
      await store.endRun(companyId, open, { outcome: "failed", code: "x" });
      expect((await listOf(scene, lease))[0]?.quarantine).toMatchObject({ areRunsOpen: false });
      expect(await attempt()).toEqual({ kind: "deleting", packIds: [packId] });
    });

    test("not before it was noted which runs were open, and a rescued pack has to go the whole way again", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const { packId } = await quarantine(scene);
      expect(await worker.rescuePacks(companyId, [packId])).toEqual([packId]);
      expect(await stateOf(scene, packId)).toBe("live");
      const { lease, round, publications } = await begin(companyId);
      await store.quarantinePacks(companyId, [packId], publications);
      const [pack] = await listOf(scene, lease);
      expect(pack?.quarantine).toMatchObject({ round: null, areRunsOpen: false });
      const attempt = () => worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      expect(await attempt()).toEqual({ kind: "deleting", packIds: [] });
      expect(await worker.sealQuarantine(companyId, "backup", round)).toBe(1);
      expect(await worker.sealQuarantine(companyId, "backup", round)).toBe(0);
      expect(await attempt()).toEqual({ kind: "deleting", packIds: [] });
    });

    test("a commit that walked it before it was deleted is told to walk again", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const { packId } = await quarantine(scene);
      const run = await openRun(store, scene);
      const snapshot = snapshotOf(scene, 1, new Uint8Array(32));
      const reserved = await store.reserveCommit(companyId, run, snapshot);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const { generation } = await store.getClosure(companyId);
      const { round, publications } = await begin(companyId);
      await worker.deletePacks(companyId, [packId], { tier: "backup", round, publications });
      const publication = publicationOf(reserved.commit, snapshot, { generation, rescuePackIds: [packId] });
      expect(await store.publishCommit(companyId, run, publication)).toEqual({
        kind: "generation_moved",
        generation: generation + 1,
      });
    });
  });
}
