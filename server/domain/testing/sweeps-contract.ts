import { describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import type { MarkLease } from "../store/sweep-store.ts";
import {
  bytes,
  createScene,
  enrolMachine,
  openRun,
  packOf,
  publishSnapshot,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";
import { JOB, PAGE, sweepSteps } from "./sweep-steps.ts";

/** @param getWorkerStore marks and removes: what the portal's role may not */
export function describeSweeps(getStore: () => Store, getWorkerStore: () => Store): void {
  const { begin, listOf, release, record } = sweepSteps(getStore, getWorkerStore);

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
      // Moments are rounded to milliseconds: "now" may be a moment ahead.
      await new Promise((resolve) => setTimeout(resolve, 5));
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
      await getStore().markCopy(companyId, ZONE_2, { packId: pack.packId, state: "missing", code: "not_found" });
      expect(await worker.recordRepacked(companyId, repacked)).toBe(true);
      const findings = { sort: "found", isDescending: true, states: [], limit: 10 } as const;
      expect(await getStore().listFindings(companyId, findings)).toMatchObject([{ zoneId: ZONE_2, state: "healed" }]);
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
}
