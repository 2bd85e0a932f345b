import { describe, expect, test } from "vitest";
import { newId } from "../../platform/ids.ts";
import { UNFINISHED_CODES, WINDOW_ENDED } from "../store/run-store.ts";
import type { Store } from "../store/store.ts";
import { createScene, enrolMachine, keyObject, LEASE_MS, NO_BOUND, newUuid, openRun, ZONE_1 } from "./store-scene.ts";

/** Each begins after the one before, and after those of other tests. */
let runsBegun = 0;

const PROGRESS = { files: 7, bytes: 700, storedBytes: 70 };

export function describeRuns(getStore: () => Store): void {
  describe("sources and runs", () => {
    test("a source's definition is repeated freely and changed by the next number", async () => {
      const store = getStore();
      const { companyId, machineId, agentId } = await createScene(store);
      const definition = keyObject(companyId, "source", 1);
      const shared = { sourceId: newUuid(), machineId, agentId, sourceKind: "files", ordinal: 2 } as const;
      const source = { ...shared, number: 1, definition };
      expect(await store.putSource(companyId, source)).toBe("stored");
      expect(await store.putSource(companyId, source)).toBe("stored");
      const other = { ...source, definition: keyObject(companyId, "source", 1) };
      expect(await store.putSource(companyId, other)).toBe("number_conflict");
      const next = { ...shared, number: 2, definition: keyObject(companyId, "source", 2) };
      expect(await store.putSource(companyId, next)).toBe("stored");
      expect((await store.findSource(companyId, shared.sourceId))?.number).toBe(2);
      expect(await store.putSource(companyId, { ...source, sourceId: newUuid() })).toBe("number_conflict");
      expect(await store.putSource(companyId, { ...next, machineId: newUuid() })).toBe("machine_unknown");
    });

    test("the same clientRunId answers the same run; a new one takes the source over", async () => {
      const store = getStore();
      const { companyId, agentId, machineId, sourceId } = await createScene(store);
      const run = { agentId, machineId, sourceId, zoneId: ZONE_1, leaseMs: LEASE_MS, ...NO_BOUND };
      const clientRunId = newUuid();
      const first = await store.startRun(companyId, { ...run, runId: newUuid(), clientRunId });
      expect(await store.startRun(companyId, { ...run, runId: newUuid(), clientRunId })).toEqual(first);
      const second = await store.startRun(companyId, { ...run, runId: newUuid(), clientRunId: newUuid() });
      if (first.kind !== "started" || second.kind !== "started") throw new Error("not started");
      expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
      expect(await store.findRun(companyId, first.runId)).toMatchObject({ outcome: "failed", code: "superseded" });
      expect(await store.startRun(companyId, { ...run, runId: newUuid(), clientRunId })).toEqual({ kind: "run_ended" });
      const beat = { leaseMs: LEASE_MS, progress: PROGRESS };
      expect(await store.heartbeatRun(companyId, first, beat)).toEqual({ kind: "lease_lost" });
      expect(await store.heartbeatRun(companyId, second, beat)).toMatchObject({ kind: "held", isCancelled: false });
      expect((await store.findRun(companyId, second.runId))?.progress).toEqual(PROGRESS);
    });

    test("a run starts only for a source of its own machine", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const other = await createScene(store);
      const { agentId, machineId } = scene;
      const run = { runId: newUuid(), clientRunId: newUuid(), zoneId: ZONE_1, leaseMs: LEASE_MS, ...NO_BOUND };
      const started = await store.startRun(scene.companyId, { ...run, agentId, machineId, sourceId: other.sourceId });
      expect(started).toEqual({ kind: "source_unknown" });
    });

    test("a company has so many open runs and no more; who is refused is not missed meanwhile", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const other = await enrolMachine(store, companyId);
      const strange = await createScene(store);
      const bound = { zoneId: ZONE_1, leaseMs: LEASE_MS, maxOtherRuns: 1, putOffMs: 60_000, mustEndAt: null };
      const start = ({ agentId, machineId, sourceId }: typeof other, clientRunId = newUuid(), of = companyId) =>
        store.startRun(of, { runId: newUuid(), clientRunId, agentId, machineId, sourceId, ...bound });
      const third = await enrolMachine(store, companyId);
      const clientRunId = newUuid();
      const first = await start(scene, clientRunId);
      expect(first.kind).toBe("started");
      expect((await start(other)).kind).toBe("started");
      const dueAt = new Date(Date.now() - 1_000);
      await store.expectRuns(companyId, [], [{ sourceId: third.sourceId, dueAt, missedAfter: dueAt }]);
      const overdue = async () => (await store.listOverdueRuns()).some((run) => run.sourceId === third.sourceId);
      expect(await overdue()).toBe(true);
      expect(await start(third)).toEqual({ kind: "company_busy" });
      expect(await overdue()).toBe(false);
      // Not for a repeated call, for a source that starts anew, or for another company.
      expect(await start(scene, clientRunId)).toEqual(first);
      expect((await start(other)).kind).toBe("started");
      expect((await start(strange, newUuid(), strange.companyId)).kind).toBe("started");
      if (first.kind !== "started") throw new Error("not started");
      await store.endRun(companyId, first, { outcome: "cancelled", code: "x" });
      const begun = await start(third);
      if (begun.kind !== "started") throw new Error(begun.kind);
      expect(await store.findRun(companyId, begun.runId)).toMatchObject({ dueAt });
    });

    test("a run that began for a due time is over when it was to end, and is the same try of it afterwards", async () => {
      const store = getStore();
      const { companyId, machineId, agentId, sourceId } = await createScene(store);
      const start = async (mustEndAt: Date) => {
        const ids = { runId: newId(new Date(1_800_000_000_000 + runsBegun++)), clientRunId: newUuid() };
        const run = { ...ids, agentId, machineId, sourceId, zoneId: ZONE_1, leaseMs: LEASE_MS, ...NO_BOUND, mustEndAt };
        const started = await store.startRun(companyId, run);
        if (started.kind !== "started") throw new Error(started.kind);
        const held = await store.heartbeatRun(companyId, started, { leaseMs: LEASE_MS, progress: PROGRESS });
        const row = await store.findRun(companyId, started.runId);
        return { started, isOver: held.kind === "held" && held.isOver, dueAt: row?.dueAt, attempt: row?.attempt };
      };
      const past = new Date(Date.now() - 1_000);
      // Nobody's schedule asked for this one.
      const byHand = await start(past);
      expect(byHand).toMatchObject({ isOver: false, dueAt: null });
      await store.endRun(companyId, byHand.started, { outcome: "cancelled", code: "asked_to" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      const dueAt = new Date();
      await store.expectRuns(companyId, [], [{ sourceId, dueAt, missedAfter: dueAt }]);
      expect(await start(new Date(Date.now() + 60_000))).toMatchObject({ isOver: false, dueAt, attempt: 1 });
      const over = await start(past);
      expect(over).toMatchObject({ isOver: true, dueAt, attempt: 1 });
      await store.endRun(companyId, over.started, { outcome: "cancelled", code: WINDOW_ENDED });
      expect(await store.listOverdueRuns()).not.toContainEqual(expect.objectContaining({ sourceId }));
      const [planned] = await store.listPlannedSources(companyId, machineId, UNFINISHED_CODES);
      expect(planned?.lastStartAt?.getTime()).toBeLessThan(dueAt.getTime());
      expect(await start(past)).toMatchObject({ isOver: true, dueAt, attempt: 1 });
    });

    test("a wrong token holds nothing", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene);
      const wrong = { ...lease, fencingToken: lease.fencingToken + 1 };
      const end = { outcome: "failed", code: "source_unreadable" } as const;
      expect(await store.endRun(scene.companyId, wrong, end)).toBe("lease_lost");
      expect(await store.endRun(scene.companyId, lease, end)).toBe("ended");
      expect(await store.endRun(scene.companyId, lease, end)).toBe("ended");
      expect(await store.endRun(scene.companyId, lease, { outcome: "cancelled", code: "x" })).toBe("lease_lost");
    });

    test("a cancelled run is told so by its next heartbeat", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene);
      expect(await store.requestCancel(scene.companyId, lease.runId, scene.ownerId)).toBe("requested");
      const beat = { leaseMs: LEASE_MS, progress: PROGRESS };
      expect(await store.heartbeatRun(scene.companyId, lease, beat)).toMatchObject({ isCancelled: true });
      await store.endRun(scene.companyId, lease, { outcome: "cancelled", code: "asked" });
      expect(await store.requestCancel(scene.companyId, lease.runId, scene.ownerId)).toBe("run_ended");
    });

    test("a lease that passed is lost, and the run is ended by whoever looks", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene, { leaseMs: 0 });
      const beat = { leaseMs: LEASE_MS, progress: PROGRESS };
      expect(await store.heartbeatRun(scene.companyId, lease, beat)).toEqual({ kind: "lease_lost" });
      expect(await store.listCompaniesWithExpiredRuns()).toContain(scene.companyId);
      expect(await store.endExpiredRuns(scene.companyId)).toEqual([lease.runId]);
      expect(await store.endExpiredRuns(scene.companyId)).toEqual([]);
      expect(await store.findRun(scene.companyId, lease.runId)).toMatchObject({
        outcome: "failed",
        code: "lease_lost",
      });
    });
  });

  describe("jobs", () => {
    test("a job is held by one at a time, and goes on from the saved cursor under a new token", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      for (const job of [
        { companyId, name: "replicate/zone2" },
        { companyId: null, name: `probe/${newUuid()}` },
      ]) {
        const first = await store.takeJob(job, "worker-a", LEASE_MS);
        if (first === null) throw new Error("not taken");
        expect(first.cursor).toBeNull();
        expect(await store.takeJob(job, "worker-b", LEASE_MS)).toBeNull();
        expect(await store.saveJob(job, { ...first, cursor: "7", leaseMs: 0 })).toBe(true);
        const second = await store.takeJob(job, "worker-b", LEASE_MS);
        expect(second).toEqual({ fencingToken: first.fencingToken + 1, cursor: "7" });
        expect(await store.saveJob(job, { ...first, cursor: "8", leaseMs: 0 })).toBe(false);
      }
    });
  });
}
