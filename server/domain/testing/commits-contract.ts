import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import {
  bytes,
  createScene,
  openRun,
  packOf,
  publicationOf,
  publishSnapshot,
  snapshotOf,
  ZONE_1,
} from "./store-scene.ts";

const NO_HASH = new Uint8Array(32);

export function describeCommits(getStore: () => Store): void {
  describe("commits", () => {
    test("a published snapshot is visible, ends its run and moves the agent's chain", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const { snapshot, commit, lease } = await publishSnapshot(store, scene, null);
      expect(commit).toBe(1);
      const row = await store.findSnapshot(companyId, snapshot.snapshotId);
      expect(row).toMatchObject({ commit, outcome: "complete", zoneId: ZONE_1, counts: snapshot.counts, sequence: 1 });
      expect(row?.header).toEqual(snapshot.header);
      expect(await store.findRun(companyId, lease.runId)).toMatchObject({
        outcome: "complete",
        snapshotId: snapshot.snapshotId,
      });
      const agent = await store.findAgent(scene.agentId);
      expect(agent).toMatchObject({
        lastSequence: 1,
        lastHeader: snapshot.header,
        lastHeaderHash: snapshot.headerHash,
      });
      expect(await store.findCompany(companyId)).toMatchObject({ lastCommit: 1, snapshots: 1 });
      const next = await publishSnapshot(store, scene, snapshot);
      const listed = await store.listSnapshots(companyId, { limit: 10 });
      expect(listed.map((each) => each.commit)).toEqual([next.commit, commit]);
      expect(await store.listSnapshots(companyId, { limit: 10, beforeCommit: next.commit })).toHaveLength(1);
      expect(await store.findSnapshot(null, snapshot.snapshotId)).toEqual(row);
    });

    test("gaps make the outcome, not the agent's word", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene);
      const plain = snapshotOf(scene, 1, NO_HASH);
      const snapshot = { ...plain, counts: { ...plain.counts, gaps: 2 } };
      const reserved = await store.reserveCommit(scene.companyId, lease, snapshot);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const published = await store.publishCommit(scene.companyId, lease, publicationOf(reserved.commit, snapshot));
      expect(published).toMatchObject({ kind: "published", outcome: "complete_with_gaps" });
    });

    test("repeating reservation and publication answers the same", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const snapshot = snapshotOf(scene, 1, NO_HASH);
      const reserved = await store.reserveCommit(companyId, lease, snapshot);
      expect(await store.reserveCommit(companyId, lease, snapshot)).toEqual(reserved);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const publication = publicationOf(reserved.commit, snapshot);
      const published = await store.publishCommit(companyId, lease, publication);
      expect(published).toMatchObject({ commit: reserved.commit, receivedAt: reserved.receivedAt });
      expect(await store.publishCommit(companyId, lease, publication)).toEqual(published);
      expect(await store.reserveCommit(companyId, lease, snapshot)).toEqual(published);
      await store.voidCommit(companyId, reserved.commit, "too late");
      expect(await store.findSnapshot(companyId, snapshot.snapshotId)).not.toBeNull();
    });

    test("a manifest out of order is refused, at the reservation and at the publication", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const { snapshot } = await publishSnapshot(store, scene, null);
      const lease = await openRun(store, scene);
      const conflict = { kind: "sequence_conflict", lastSequence: 1 };
      for (const wrong of [
        snapshotOf(scene, 1, NO_HASH),
        snapshotOf(scene, 3, snapshot.headerHash),
        snapshotOf(scene, 2, bytes(32)),
      ]) {
        expect(await store.reserveCommit(companyId, lease, wrong)).toEqual(conflict);
        expect(await store.publishCommit(companyId, lease, publicationOf(2, wrong))).toEqual(conflict);
      }
    });

    test("a lost lease neither reserves nor publishes, and its number is void", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const snapshot = snapshotOf(scene, 1, NO_HASH);
      const reserved = await store.reserveCommit(companyId, lease, snapshot);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const taker = await openRun(store, scene);
      expect(await store.reserveCommit(companyId, lease, snapshot)).toEqual({ kind: "lease_lost" });
      const publication = publicationOf(reserved.commit, snapshot);
      expect(await store.publishCommit(companyId, lease, publication)).toEqual({ kind: "lease_lost" });
      expect(await store.publishCommit(companyId, taker, publication)).toEqual({ kind: "commit_void" });
      expect(await store.reserveCommit(companyId, taker, snapshot)).toMatchObject({ commit: reserved.commit + 1 });
    });

    test("what was walked before a quarantine is not published; a rescue makes the pack live", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const lease = await openRun(store, scene);
      const pack = packOf(scene, [bytes(32)]);
      await store.recordPack(companyId, lease, ZONE_1, pack);
      const walked = await store.getClosure(companyId);
      await store.quarantinePacks(companyId, [pack.packId], walked.publications);
      const snapshot = snapshotOf(scene, 1, NO_HASH);
      const reserved = await store.reserveCommit(companyId, lease, snapshot);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const publication = publicationOf(reserved.commit, snapshot, { generation: walked.generation });
      const generation = walked.generation + 1;
      const moved = { kind: "generation_moved", generation };
      expect(await store.publishCommit(companyId, lease, publication)).toEqual(moved);
      const rescuing = { ...publication, generation, rescuePackIds: [pack.packId] };
      expect(await store.publishCommit(companyId, lease, rescuing)).toMatchObject({ kind: "published" });
      expect((await store.findPack(companyId, pack.packId))?.state).toBe("live");
    });

    test("closed pages hold until the next closure generation", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const page = bytes(32);
      await store.recordPack(companyId, await openRun(store, scene), ZONE_1, packOf(scene, [page], 2));
      await publishSnapshot(store, scene, null, { closedPageIds: page });
      const reach = { scope: 0, zoneId: ZONE_1, machineId, chunkIds: [page] };
      expect(await store.reach(companyId, reach)).toMatchObject([{ isClosed: true }]);
      const [pack] = await store.listMissingPacks(companyId, "zone2", { after: 0, limit: 10 });
      await store.markCopy(companyId, ZONE_1, { packId: pack?.packId ?? "", state: "suspect", code: "bad_frame" });
      await store.recordPresence(companyId, ZONE_1, { packIds: [pack?.packId ?? ""], objectKeys: [] });
      expect(await store.reach(companyId, reach)).toMatchObject([{ isClosed: false }]);
    });
  });
}
