import { describe, expect, test } from "vitest";
import type { RunLease } from "../store/run-store.ts";
import type { Store } from "../store/store.ts";
import type { MarkLease } from "../store/sweep-store.ts";
import {
  bytes,
  createScene,
  enrolMachine,
  openRun,
  packOf,
  publicationOf,
  publishSnapshot,
  type Scene,
  snapshotOf,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

const JOB = "sweep";
const PAGE = { after: 0, limit: 500, states: ["live", "quarantined", "deleting"] } as const;

/** @param getWorkerStore marks and removes: what the portal's role may not */
export function describeSweeps(getStore: () => Store, getWorkerStore: () => Store): void {
  const begin = async (companyId: string, isPlanOnly = false) => {
    const store = getWorkerStore();
    const taken = await store.takeJob({ companyId, name: JOB }, "test", 60_000);
    if (!taken) throw new Error("the job is taken");
    const lease: MarkLease = { jobName: JOB, tier: "backup" as const, fencingToken: taken.fencingToken };
    const begun = await store.beginSweep(companyId, lease, { isPlanOnly });
    if (begun === null) throw new Error("lease lost");
    return { lease, ...begun };
  };
  const listOf = async ({ companyId }: Pick<Scene, "companyId">, lease: MarkLease, sparseFrameBytes?: number) => {
    const page = sparseFrameBytes === undefined ? PAGE : { ...PAGE, sparseFrameBytes };
    const packs = await getWorkerStore().listSweepPacks(companyId, lease, page);
    if (packs === null) throw new Error("lease lost");
    return packs;
  };
  const release = ({ companyId }: Scene, { fencingToken }: MarkLease) =>
    getWorkerStore().saveJob({ companyId, name: JOB }, { fencingToken, cursor: null, leaseMs: 0 });
  const record = async (scene: Scene, run: RunLease, ids: readonly Uint8Array[], kind: 1 | 2 = 1) => {
    const pack = packOf(scene, ids, kind);
    await getStore().recordPack(scene.companyId, run, ZONE_1, pack);
    return pack.packId;
  };
  const stateOf = async ({ companyId }: Scene, packId: string) => (await getStore().findPack(companyId, packId))?.state;
  /** Recorded by a run that died, quarantined and sealed in round 1. */
  const quarantine = async (scene: Scene) => {
    const { companyId } = scene;
    const run = await openRun(getStore(), scene);
    const ids = [bytes(32), bytes(32)];
    const packId = await record(scene, run, ids);
    await getStore().endRun(companyId, run, { outcome: "failed", code: "x" });
    const { lease, round, publications } = await begin(companyId);
    await getStore().quarantinePacks(companyId, [packId], publications);
    await getStore().sealQuarantine(companyId, "backup", round);
    await release(scene, lease);
    return { packId, ids, round, publications };
  };

  describe("marks of a sweep", () => {
    test("reach every pack that holds an id, and pages of this machine alone are entered", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const other = { ...scene, ...(await enrolMachine(store, companyId)) };
      const [content, page, absent] = [bytes(32), bytes(32), bytes(32)];
      const run = await openRun(store, scene);
      const otherRun = await openRun(store, other);
      const own = [await record(scene, run, [content]), await record(scene, run, [page], 2)];
      const foreign = [await record(other, otherRun, [content, bytes(32)]), await record(other, otherRun, [page], 2)];
      const unreached = await record(scene, run, [bytes(32)]);
      const { lease } = await begin(companyId);
      const ids = new Uint8Array(Buffer.concat([content, page, absent]));
      const marks = { machineId, scope: 0, ids, arePages: false };
      expect(await worker.markIds(companyId, lease, marks)).toEqual({ kind: "marked", lacking: [absent] });
      const packs = await listOf(scene, lease);
      const marked = packs.filter((pack) => pack.liveFrames > 0).map((pack) => pack.packId);
      expect(marked.toSorted()).toEqual([...own, ...foreign].toSorted());
      expect(packs.find((pack) => pack.packId === unreached)).toMatchObject({ state: "live", isRunOpen: true });
      const open = await worker.listUnenteredPages(companyId, JOB, 10);
      expect(open).toEqual([{ machineId, scope: 0, pageId: page, packId: own[1] }]);
      expect(await worker.listPageCopies(companyId, "backup", { machineId, scope: 0, pageId: page })).toEqual([own[1]]);
      expect(await worker.enterPages(companyId, lease, open)).toBe(true);
      expect(await worker.listUnenteredPages(companyId, JOB, 10)).toEqual([]);
    });

    test("take content for a root, and another machine's page for one's own, for lacking", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const other = { ...scene, ...(await enrolMachine(store, companyId)) };
      const [root, foreign] = [bytes(32), bytes(32)];
      await record(scene, await openRun(store, scene), [root]);
      await record(other, await openRun(store, other), [foreign], 2);
      const { lease } = await begin(companyId);
      const lackingOf = async (ids: Uint8Array, arePages: boolean) => {
        const outcome = await worker.markIds(companyId, lease, { machineId, scope: 0, ids, arePages });
        return outcome.kind === "marked" ? outcome.lacking : outcome.kind;
      };
      expect(await lackingOf(root, true)).toEqual([root]);
      expect(await lackingOf(root, false)).toEqual([]);
      expect(await lackingOf(foreign, false)).toEqual([foreign]);
    });

    test("list each snapshot until both of its roots are marked, and are cleared for the next round", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const { snapshot, commit } = await publishSnapshot(store, scene, null);
      const { topPageId, changeListId } = snapshot;
      const run = await openRun(store, scene);
      await record(scene, run, [topPageId, changeListId], 2);
      const { lease } = await begin(companyId);
      const listRoots = () => worker.listUnmarkedRoots(companyId, lease, { after: 0, limit: 10 });
      expect(await listRoots()).toEqual([{ commit, scope: 0, machineId, topPageId, changeListId }]);
      expect(await worker.listUnmarkedRoots(companyId, lease, { after: commit, limit: 10 })).toEqual([]);
      await worker.markIds(companyId, lease, { machineId, scope: 0, ids: topPageId, arePages: true });
      expect(await listRoots()).toHaveLength(1);
      await worker.markIds(companyId, lease, { machineId, scope: 0, ids: changeListId, arePages: true });
      expect(await listRoots()).toEqual([]);
      expect(await worker.clearMarks(companyId, lease)).toBe("more");
      expect(await worker.clearMarks(companyId, lease)).toBe("cleared");
      expect(await listRoots()).toHaveLength(1);
      expect((await listOf(scene, lease)).some((pack) => pack.liveFrames > 0)).toBe(false);
    });

    test("are refused to who lost the job, and kept apart by job", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const id = bytes(32);
      await record(scene, await openRun(store, scene), [id]);
      const { lease } = await begin(companyId);
      await worker.markIds(companyId, lease, { machineId, scope: 0, ids: id, arePages: false });
      const plan = await worker.takeJob({ companyId, name: "sweep-plan" }, "test", 60_000);
      const planLease = { jobName: "sweep-plan", tier: "backup" as const, fencingToken: plan?.fencingToken ?? 0 };
      expect((await listOf(scene, planLease)).map((pack) => pack.liveFrames)).toEqual([0]);
      await release(scene, lease);
      const next = await begin(companyId);
      const page = { machineId, scope: 0, pageId: id };
      for (const lost of [lease, { ...next.lease, jobName: "sweep-other" }]) {
        expect(await worker.beginSweep(companyId, lost, { isPlanOnly: false })).toBeNull();
        expect(await worker.clearMarks(companyId, lost)).toBe("lease_lost");
        const marks = { machineId, scope: 0, ids: id, arePages: false };
        expect(await worker.markIds(companyId, lost, marks)).toEqual({ kind: "lease_lost" });
        expect(await worker.enterPages(companyId, lost, [page])).toBe(false);
        expect(await worker.listSweepPacks(companyId, lost, PAGE)).toBeNull();
        expect(await worker.listLiveFrames(companyId, lost, [])).toBeNull();
      }
    });
  });

  describe("rounds of a sweep", () => {
    test("are counted, a plan's are not, and a company is due again after its time", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      const isDue = async (everyMs: number) =>
        (await worker.listCompaniesToSweep("backup", everyMs)).includes(companyId);
      expect(await isDue(3_600_000)).toBe(true);
      const first = await begin(companyId);
      await release(scene, first.lease);
      expect(await isDue(3_600_000)).toBe(true);
      const held = { code: "zone_away", detail: "zone2: unreachable" };
      await worker.endSweep(companyId, { tier: "backup", round: first.round, held, retryMs: 3_600_000 });
      expect(await isDue(3_600_000)).toBe(false);
      expect(await isDue(0)).toBe(true);
      expect(await worker.findSweep(companyId, "backup")).toMatchObject({
        round: 1,
        held,
        finishedAt: expect.any(Date),
      });
      const plan = await begin(companyId, true);
      await release(scene, plan.lease);
      expect(plan.round).toBe(2);
      const second = await begin(companyId);
      expect(second.round).toBe(2);
      await worker.endSweep(companyId, { tier: "backup", round: 1, held, retryMs: null });
      expect(await worker.findSweep(companyId, "backup")).toMatchObject({ round: 2, held: null, finishedAt: null });
      await worker.endSweep(companyId, { tier: "backup", round: 2, held: null, retryMs: 0 });
      expect(await isDue(3_600_000)).toBe(true);
    });

    test("know the greatest pack, how often was published, and the next commit number", async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId } = scene;
      expect(await worker.readDeletionFacts(companyId)).toMatchObject({ nextCommit: 1, newestSnapshot: null });
      const packId = await record(scene, await openRun(store, scene), [bytes(32)]);
      const { snapshot, commit } = await publishSnapshot(store, scene, null);
      const { lease, publications, packHigh } = await begin(companyId);
      const [pack] = await listOf(scene, lease);
      expect(pack).toMatchObject({ packId, packNo: packHigh, isRunOpen: false, quarantine: null });
      expect(publications).toBe(1);
      const { nextCommit, newestSnapshot, now } = await worker.readDeletionFacts(companyId);
      expect(nextCommit).toBe(commit + 1);
      expect(newestSnapshot).toEqual({ commit, manifestSha256: snapshot.manifestSha256 });
      expect(Math.abs(now.getTime() - Date.now())).toBeLessThan(60_000);
    });
  });

  describe("what lies in another pack as well", () => {
    /** Four ids in four frames of one pack, of which the first is reached; and a pack that it was copied into. */
    const repack = async () => {
      const [store, worker] = [getStore(), getWorkerStore()];
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const run = await openRun(store, scene);
      const ids = [bytes(32), bytes(32), bytes(32), bytes(32)];
      const source = { ...packOf(scene, ids), sizeBytes: 1_000 };
      const spread = { ...source, members: { ...source.members, frames: [0, 1, 2, 3] } };
      await store.recordPack(companyId, run, ZONE_1, spread);
      const { lease } = await begin(companyId);
      const [reached = bytes(32), other = bytes(32)] = ids;
      const mark = (id: Uint8Array) =>
        worker.markIds(companyId, lease, { machineId, scope: 0, ids: id, arePages: false });
      await mark(reached);
      const pack = packOf(scene, [reached]);
      const repacked = { pack, runId: run.runId, zoneIds: [ZONE_1, ZONE_2], sourcePackIds: [source.packId] };
      return { scene, lease, mark, reached, other, pack, repacked, source };
    };
    const liveFramesOf = async (scene: Scene, lease: MarkLease, packId: string) =>
      (await listOf(scene, lease)).find((pack) => pack.packId === packId)?.liveFrames;

    test("is found among the packs with few marked frames, and copied by these", async () => {
      const { scene, source, lease } = await repack();
      const { companyId } = scene;
      const worker = getWorkerStore();
      const sparse = async (sparseFrameBytes: number) =>
        (await listOf(scene, lease, sparseFrameBytes)).map(({ packId }) => packId);
      expect(await sparse(999)).toEqual([source.packId]);
      expect(await sparse(1_000)).toEqual([]);
      expect(await worker.listLiveFrames(companyId, lease, [source.packId, "0".repeat(64)])).toEqual([
        { packId: source.packId, frames: [0] },
      ]);
    });

    test("is not marked any more where it was, but what stayed behind is", async () => {
      const { scene, lease, mark, reached, other, pack, repacked, source } = await repack();
      const { companyId } = scene;
      const worker = getWorkerStore();
      expect(await worker.recordRepacked(companyId, repacked)).toBe(true);
      expect(await worker.recordRepacked(companyId, repacked)).toBe(true);
      expect(await getStore().findPack(companyId, pack.packId)).toMatchObject({
        state: "live",
        copies: [
          { zoneId: ZONE_1, state: "present" },
          { zoneId: ZONE_2, state: "present" },
        ],
      });
      while ((await worker.clearMarks(companyId, lease)) === "more");
      expect(await mark(reached)).toEqual({ kind: "marked", lacking: [] });
      expect([await liveFramesOf(scene, lease, source.packId), await liveFramesOf(scene, lease, pack.packId)]).toEqual([
        0, 1,
      ]);
      await mark(other);
      expect(await liveFramesOf(scene, lease, source.packId)).toBe(1);
    });

    test("counts in both while a copy of the new pack is in doubt", async () => {
      const { scene, lease, mark, reached, pack, repacked, source } = await repack();
      const { companyId } = scene;
      const worker = getWorkerStore();
      await worker.recordRepacked(companyId, repacked);
      await getStore().markCopy(companyId, ZONE_2, { packId: pack.packId, state: "suspect", code: "bad_frame" });
      while ((await worker.clearMarks(companyId, lease)) === "more");
      await mark(reached);
      expect([await liveFramesOf(scene, lease, source.packId), await liveFramesOf(scene, lease, pack.packId)]).toEqual([
        1, 1,
      ]);
    });

    test("is never the pack itself, which would look unreached", async () => {
      const { scene, repacked, source } = await repack();
      const itself = { ...repacked, pack: source };
      await expect(getWorkerStore().recordRepacked(scene.companyId, itself)).rejects.toMatchObject({ code: "invalid" });
    });

    test("is not noted for a source that is not live any more", async () => {
      const { scene, pack, repacked, source } = await repack();
      const { companyId } = scene;
      const { publications } = await getStore().getClosure(companyId);
      await getStore().quarantinePacks(companyId, [source.packId], publications);
      expect(await getWorkerStore().recordRepacked(companyId, repacked)).toBe(false);
      expect(await getStore().findPack(companyId, pack.packId)).toBeNull();
    });
  });

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
