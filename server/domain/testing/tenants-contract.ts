import { beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../store/store.ts";
import {
  acceptanceOf,
  bytes,
  createEnrolment,
  createScene,
  inviteCompany,
  keyObject,
  NO_BOUND,
  newUuid,
  openRun,
  packOf,
  publicationOf,
  publishSnapshot,
  type Scene,
  snapshotOf,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

/** Invariant 12: whatever belongs to one company does not exist for another, for every method of the store. */
export function describeTenants(getStore: () => Store, getWorkerStore: () => Store): void {
  describe("refuses another company", () => {
    let store: Store;
    let own: Scene;
    let strange: string;
    let packId = "";
    let chunk = bytes(32);
    let published: Awaited<ReturnType<typeof publishSnapshot>>;

    beforeAll(async () => {
      store = getStore();
      own = await createScene(store);
      strange = (await createScene(store)).companyId;
      chunk = bytes(32);
      const pack = packOf(own, [chunk]);
      packId = pack.packId;
      await store.recordPack(own.companyId, await openRun(store, own), ZONE_1, pack);
      published = await publishSnapshot(store, own, null);
    });

    test("reads", async () => {
      const { machineId, sourceId, ownerId } = own;
      const { runId } = published.lease;
      const query = { scope: 0, zoneId: ZONE_1, machineId, chunkIds: [chunk] };
      expect(await store.known({ ...query, companyId: strange, kind: 1 })).toEqual([false]);
      expect(await store.locate(strange, 0, [chunk])).toEqual([null]);
      expect(await store.locateCopies(strange, 0, [chunk])).toEqual([[]]);
      expect(await store.reach(strange, query)).toEqual([null]);
      expect(await store.findPack(strange, packId)).toBeNull();
      expect(await store.listPacks(strange, [packId])).toEqual([null]);
      expect(await store.listRunPacks(strange, runId, { limit: 10 })).toEqual([]);
      expect(await store.findMachine(strange, machineId)).toBeNull();
      expect(await store.findSource(strange, sourceId)).toBeNull();
      expect(await store.findRun(strange, runId)).toBeNull();
      expect(await store.findSnapshot(strange, published.snapshot.snapshotId)).toBeNull();
      expect(await store.findMemberBlob(strange, ownerId)).toBeNull();
      expect(await store.listSnapshots(strange, { limit: 10 })).toEqual([]);
      expect(await store.listMissingPacks(strange, ZONE_2, { after: 0, limit: 10 })).toEqual([]);
      expect(await store.listSuspectPacks(strange, ZONE_1, 10)).toEqual([]);
      expect(await store.listSuspectObjects(strange, ZONE_1, 10)).toEqual([]);
    });

    test("lists", async () => {
      const page = { limit: 500 };
      const order = { isDescending: false, ...page } as const;
      const machines = await store.listMachines(strange, { sort: "name", states: [], ...order });
      expect(machines.length).toBeGreaterThan(0);
      const people = await store.listPeople(strange, { sort: "email", ...order });
      expect(people.length).toBeGreaterThan(0);
      const marks = await store.listCompanyWatermarks(strange, { sort: "behind", ...order });
      expect(marks.map((row) => row.companyId)).toEqual([strange]);
      const runs = await store.listRuns(strange, page);
      const sources = await store.listSources(strange, page);
      const log = await store.listLog(strange, -1, 500);
      const wraps = await store.listKeyObjects(strange, "wrap");
      const ownLog = await store.listLog(own.companyId, -1, 500);
      for (const row of [...machines, ...people, ...runs, ...sources]) expect(row.companyId).toBe(strange);
      const foreign = new Set(ownLog.map((statement) => statement.objectKey));
      expect([...log, ...wraps].some((object) => foreign.has(object.objectKey))).toBe(false);
      const objects = await store.listMissingObjects(strange, ZONE_2, { after: "", limit: 500 });
      expect(objects.some((object) => foreign.has(object.objectKey))).toBe(false);
      expect((await store.listWatermarks(strange)).every((row) => row.companyId === strange)).toBe(true);
    });

    test("writes about runs and packs", async () => {
      const lease = await openRun(store, own);
      const { agentId, machineId, sourceId } = own;
      const progress = { files: 0, bytes: 0, storedBytes: 0 };
      const run = {
        runId: newUuid(),
        clientRunId: newUuid(),
        agentId,
        machineId,
        sourceId,
        zoneId: ZONE_1,
        leaseMs: 1000,
        ...NO_BOUND,
      };
      expect(await store.startRun(strange, run)).toEqual({ kind: "agent_revoked" });
      expect(await store.heartbeatRun(strange, lease, { leaseMs: 1, progress })).toEqual({ kind: "lease_lost" });
      expect(await store.endRun(strange, lease, { outcome: "failed", code: "x" })).toBe("lease_lost");
      expect(await store.requestCancel(strange, lease.runId, newUuid())).toBe("run_ended");
      const outcome = await store.recordPack(strange, lease, ZONE_1, packOf(own, [bytes(32)]));
      expect(outcome).toEqual({ kind: "lease_lost" });
      const { publications } = await store.getClosure(strange);
      const quarantined = await store.quarantinePacks(strange, [packId], publications);
      expect(quarantined).toEqual({ kind: "quarantined", packIds: [] });
      const bad = { packId, state: "missing", code: "x" } as const;
      expect(await store.markCopy(strange, ZONE_1, bad)).toBe(false);
      const [statement] = await store.listLog(own.companyId, -1, 1);
      const objectKey = statement?.objectKey ?? "";
      expect(await store.findObject(own.companyId, objectKey)).not.toBeNull();
      expect(await store.findObject(strange, objectKey)).toBeNull();
      expect(await store.markCopy(strange, ZONE_1, { objectKey, state: "suspect", code: "x" })).toBe(false);
      await store.recordPresence(strange, ZONE_2, { packIds: [packId], objectKeys: [] });
      const row = await store.findPack(own.companyId, packId);
      expect(row).toMatchObject({ state: "live" });
      expect(row?.copies).toContainEqual({ zoneId: ZONE_2, state: "missing" });
      await store.endRun(own.companyId, lease, { outcome: "failed", code: "x" });
    });

    test("scrubs", async () => {
      const { companyId } = own;
      const page = { after: 0, limit: 10 };
      const place = { phase: "packs", after: 0 } as const;
      expect(await store.countCopiesLeft(companyId, ZONE_1, place)).toMatchObject({ copies: 1 });
      expect(await store.countCopiesLeft(strange, ZONE_1, place)).toMatchObject({ copies: 0 });
      expect(await store.listPackCopies(strange, ZONE_1, page)).toEqual([]);
      expect(await store.listObjectCopies(strange, ZONE_1, { after: "", limit: 10 })).toEqual([]);
      expect(await store.listMetaPacks(strange, page)).toEqual([]);
      expect(await store.listPackMembers(companyId, packId)).toEqual([chunk]);
      expect(await store.listPackMembers(strange, packId)).toEqual([]);
      expect(await store.listSnapshotRoots(strange, page)).toEqual([]);
      const taken = await store.takeJob({ companyId, name: `scrub/${ZONE_1}` }, "worker", 60_000);
      const save = {
        fencingToken: taken?.fencingToken ?? 0,
        leaseMs: 60_000,
        isCounted: true,
        kind: "begin",
        place,
      } as const;
      const figures = { readBytes: 1, leftBytes: 1, nextInMs: 1, verified: { packIds: [packId], objectKeys: [] } };
      expect(await store.saveScrubRound(strange, ZONE_1, { ...save, ...figures })).toBe(false);
      expect(await store.findScrubRound(strange, ZONE_1)).toBeNull();
      expect(await store.findScrubRound(companyId, ZONE_1)).toBeNull();
      await store.markCopy(companyId, ZONE_1, { packId, state: "missing", code: "x" });
      const [found] = await store.listUntraced(companyId, 10);
      expect(await store.listUntraced(strange, 10)).toEqual([]);
      await store.recordTouched(strange, found?.findingId ?? "", { commits: [1], isExact: true });
      const order = { sort: "need", isDescending: false, states: [], limit: 10 } as const;
      expect(await store.listFindings(companyId, order)).toMatchObject([{ objectName: packId, touched: null }]);
      expect(await store.listFindings(strange, order)).toEqual([]);
      await store.recordPresence(strange, ZONE_1, { packIds: [packId], objectKeys: [] });
      expect(await store.listFindings(companyId, order)).toMatchObject([{ state: "lost", healedAt: null }]);
    });

    test("sweeps", async () => {
      const worker = getWorkerStore();
      const { machineId } = own;
      const taken = await worker.takeJob({ companyId: strange, name: "sweep" }, "test", 60_000);
      const lease = { jobName: "sweep", tier: "backup" as const, fencingToken: taken?.fencingToken ?? 0 };
      const { round = 0, publications = 0 } = (await worker.beginSweep(strange, lease, { isPlanOnly: false })) ?? {};
      expect(await worker.findSweep(own.companyId, "backup")).toBeNull();
      const marks = { machineId, scope: 0, ids: chunk, arePages: false };
      expect(await worker.markIds(strange, lease, marks)).toEqual({ kind: "marked", lacking: [chunk] });
      expect(await worker.markIds(own.companyId, lease, marks)).toEqual({ kind: "lease_lost" });
      const page = { after: 0, limit: 10 };
      expect(await worker.listUnmarkedRoots(strange, lease, page)).toEqual([]);
      expect(await worker.listPageCopies(strange, "backup", { machineId, scope: 0, pageId: chunk })).toEqual([]);
      const states = ["live", "quarantined", "deleting"] as const;
      expect(await worker.listSweepPacks(strange, lease, { ...page, states })).toEqual([]);
      expect(await worker.listSweepPacks(own.companyId, lease, { ...page, states })).toBeNull();
      const { publications: ownPublications } = await store.getClosure(own.companyId);
      await store.quarantinePacks(own.companyId, [packId], ownPublications);
      expect(await worker.sealQuarantine(strange, "backup", round)).toBe(0);
      expect(await worker.deletePacks(strange, [packId], { tier: "backup", round, publications })).toEqual({
        kind: "deleting",
        packIds: [],
      });
      await worker.markObjectsDeleted(strange, [packId], round);
      expect(await worker.dropChunks(strange, null, 10)).toMatchObject({ dropped: 0 });
      expect(await worker.forgetPacks(strange, "backup", round)).toBe(0);
      expect(await worker.rescuePacks(strange, [packId])).toEqual([]);
      expect(await worker.rescuePacks(own.companyId, [packId])).toEqual([packId]);
    });

    test("schedules", async () => {
      const { machineId, sourceId, ownerId } = own;
      const settings = {
        timing: null,
        jitterSeconds: 7,
        catchUpMinutes: null,
        window: null,
        bandwidth: null,
        isPaused: true,
      };
      for (const [level, subjectId] of [
        ["company", own.companyId],
        ["machine", machineId],
        ["source", sourceId],
      ] as const) {
        const schedule = { level, subjectId, settings, byPersonId: ownerId };
        expect(await store.putSchedule(own.companyId, schedule), level).toBe("stored");
        const attempt = store.putSchedule(strange, { ...schedule, settings: { ...settings, isPaused: false } });
        expect(await attempt, level).toBe("subject_unknown");
      }
      expect(await store.listSchedules(strange, machineId)).toEqual([]);
      expect(await store.listPlannedSources(strange, machineId, [])).toEqual([]);
      const kept = await store.listSchedules(own.companyId, machineId);
      expect(kept.map((row) => row.settings.isPaused)).toEqual([true, true, true]);
    });

    test("writes about snapshots", async () => {
      const lease = await openRun(store, own);
      const snapshot = snapshotOf(own, 2, published.snapshot.headerHash);
      expect(await store.reserveCommit(strange, lease, snapshot)).toEqual({ kind: "lease_lost" });
      const reserved = await store.reserveCommit(own.companyId, lease, snapshot);
      if (reserved.kind !== "reserved") throw new Error(reserved.kind);
      const publication = publicationOf(reserved.commit, snapshot);
      expect(await store.publishCommit(strange, lease, publication)).toEqual({ kind: "lease_lost" });
      await store.voidCommit(strange, reserved.commit, "not yours");
      expect(await store.reserveCommit(own.companyId, lease, snapshot)).toEqual(reserved);
      await store.endRun(own.companyId, lease, { outcome: "failed", code: "x" });
    });

    test("writes about keys and people", async () => {
      const { machineId, agentId, sourceId } = own;
      const definition = keyObject(strange, "source", 2);
      const source = { sourceId, machineId, agentId, sourceKind: "files", ordinal: 1, number: 2, definition } as const;
      expect(await store.putSource(strange, source)).toBe("machine_unknown");
      const head = await store.findLogHead(own.companyId);
      if (head === null) throw new Error("no head");
      const statements = [keyObject(strange, "log", head.number + 1)];
      const append = { expectedHead: head, statements, byPersonId: null };
      expect((await store.appendLog(strange, append)).kind).toBe("log_conflict");
      const enrolmentId = await createEnrolment(store, own.companyId);
      const agent = {
        enrolmentId,
        agentId: newUuid(),
        machineId: newUuid(),
        machineName: "Stranger",
        signPublicKey: bytes(32),
        boxPublicKey: bytes(32),
        certificate: keyObject(strange, "agent", 0),
      };
      expect(await store.completeEnrolment(strange, agent)).toBe("enrolment_unknown");
      const invited = await inviteCompany(store);
      expect(await store.acceptInvitation(strange, acceptanceOf(invited))).toEqual({ kind: "invitation_unknown" });
    });
  });
}
