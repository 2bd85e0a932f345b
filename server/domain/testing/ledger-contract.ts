import { describe, expect, test } from "vitest";
import { NOTHING_SET } from "../schedule/effective-schedule.ts";
import { MAX_ATTEMPTS, NO_START_CODES } from "../store/run-store.ts";
import type { Store } from "../store/store.ts";
import { createScene, newUuid, openRun, type Scene } from "./store-scene.ts";

const MINUTE_MS = 60_000;

/** A moment so many minutes from now; before now where negative. */
function minutes(count: number): Date {
  return new Date(Date.now() + count * MINUTE_MS);
}

export function describeLedger(getStore: () => Store): void {
  describe("the ledger of expected runs", () => {
    async function expectAt(scene: Scene, ...dueTimes: readonly Date[]): Promise<void> {
      const { companyId, sourceId } = scene;
      const runs = dueTimes.map((dueAt) => ({ sourceId, dueAt, missedAfter: new Date(dueAt.getTime() + MINUTE_MS) }));
      await getStore().expectRuns(companyId, [sourceId], runs);
    }
    const overdueOf = async ({ companyId }: Scene) =>
      (await getStore().listOverdueRuns()).filter((run) => run.companyId === companyId).map(({ dueAt }) => dueAt);
    const isToPlan = async ({ machineId }: Scene) =>
      (await getStore().listMachinesToPlan()).some((machine) => machine.machineId === machineId);
    const lastExpected = async ({ companyId, machineId }: Scene) =>
      (await getStore().listPlannedSources(companyId, machineId, []))[0]?.lastExpectedAt;
    const endAs = (scene: Scene, dueAt: Date, kind: "missed" | "dropped", runId = newUuid()) => {
      const end = kind === "missed" ? ({ kind, runId } as const) : ({ kind } as const);
      return getStore().endOverdueRun(scene.companyId, { sourceId: scene.sourceId, dueAt, end });
    };

    test("a source is to be planned until a run of it is expected ahead, and again when its timing changes", async () => {
      const store = getStore();
      const scene = await createScene(store);
      expect(await isToPlan(scene)).toBe(true);
      await expectAt(scene, minutes(-30));
      expect(await isToPlan(scene)).toBe(true);
      await expectAt(scene, minutes(30));
      expect(await isToPlan(scene)).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const timing = { cron: "0 1 * * *", timeZone: "UTC" };
      const schedule = { level: "machine", subjectId: scene.machineId, byPersonId: scene.ownerId } as const;
      await store.putSchedule(scene.companyId, { ...schedule, settings: { ...NOTHING_SET, timing } });
      expect(await isToPlan(scene)).toBe(true);
      await store.putSchedule(scene.companyId, { ...schedule, settings: { ...NOTHING_SET, isPaused: true } });
      expect(await isToPlan(scene)).toBe(false);
    });

    test("what was expected ahead is replaced, and what has come stays", async () => {
      const scene = await createScene(getStore());
      expect(await lastExpected(scene)).toBeNull();
      const past = minutes(-5);
      await expectAt(scene, past, minutes(5));
      await expectAt(scene, minutes(10));
      expect(await lastExpected(scene)).toEqual(past);
      expect(await overdueOf(scene)).toEqual([past]);
      await expectAt(scene);
      expect(await isToPlan(scene)).toBe(true);
    });

    test("a run takes all that wait, and is of the newest; what comes later waits on", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const newest = minutes(-2);
      await expectAt(scene, minutes(-3), newest, minutes(5));
      const { runId } = await openRun(store, scene);
      expect(await store.findRun(scene.companyId, runId)).toMatchObject({ dueAt: newest, isCatchUp: false });
      expect(await overdueOf(scene)).toEqual([]);
      expect(await isToPlan(scene)).toBe(false);
    });

    test("a run that nobody expected says so", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { runId } = await openRun(store, scene);
      expect(await store.findRun(scene.companyId, runId)).toMatchObject({ dueAt: null, isCatchUp: false });
    });

    test("nothing is overdue while a run of the source is open, and a run that has begun since takes it", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const lease = await openRun(store, scene);
      const due = minutes(-2);
      await expectAt(scene, due);
      // The run began after it was due.
      await store.endRun(scene.companyId, lease, { outcome: "failed", code: "x" });
      expect(await overdueOf(scene)).toEqual([]);
      const other = await createScene(store);
      await expectAt(other, due);
      expect(await overdueOf(other)).toEqual([due]);
    });

    test("a missed one is a run with that outcome, once, and is caught up by the next run, once", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId, sourceId } = scene;
      const due = minutes(-9);
      await expectAt(scene, due);
      const runId = newUuid();
      expect(await endAs(scene, due, "missed", runId)).toBe(true);
      expect(await endAs(scene, due, "missed")).toBe(false);
      expect(await overdueOf(scene)).toEqual([]);
      const missed = { outcome: "missed", code: "no_start", startedAt: due, dueAt: due, machineId, sourceId };
      expect(await store.findRun(companyId, runId)).toMatchObject({ ...missed, isCatchUp: false });
      expect(await store.listRuns(companyId, { outcomes: ["missed"], limit: 10 })).toHaveLength(1);

      const first = await openRun(store, scene);
      expect(await store.findRun(companyId, first.runId)).toMatchObject({ dueAt: due, isCatchUp: true });
      await store.endRun(companyId, first, { outcome: "failed", code: "path_not_found" });
      const second = await openRun(store, scene);
      expect(await store.findRun(companyId, second.runId)).toMatchObject({ dueAt: due, isCatchUp: true, attempt: 2 });
      await store.endRun(companyId, second, { outcome: "cancelled", code: "asked_to" });
      const third = await openRun(store, scene);
      expect(await store.findRun(companyId, third.runId)).toMatchObject({ dueAt: null, isCatchUp: false, attempt: 1 });
    });

    test("a run after one that failed is the next attempt at its due time, up to the fourth; an interrupted one does not count", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      const due = minutes(-5);
      const attemptOf = async (outcome: "failed" | "cancelled", code: string) => {
        const lease = await openRun(store, scene);
        const run = await store.findRun(companyId, lease.runId);
        await store.endRun(companyId, lease, { outcome, code });
        return [run?.attempt, run?.dueAt?.getTime()];
      };
      const lastFailure = async () =>
        (await store.listPlannedSources(companyId, machineId, NO_START_CODES))[0]?.lastFailure;
      expect(await lastFailure()).toBeNull();
      await expectAt(scene, due);
      expect(await attemptOf("failed", "disk_full")).toEqual([1, due.getTime()]);
      expect(await lastFailure()).toMatchObject({
        attempt: 1,
        dueAt: due,
        endedAt: expect.any(Date),
        code: "disk_full",
      });
      expect(await attemptOf("cancelled", "agent_stopped")).toEqual([2, due.getTime()]);
      expect(await overdueOf(scene)).toEqual([]);
      for (const attempt of [2, 3, MAX_ATTEMPTS]) {
        expect(await attemptOf("failed", "disk_full")).toEqual([attempt, due.getTime()]);
      }
      expect(await lastFailure()).toMatchObject({ attempt: MAX_ATTEMPTS });
      // By hand, and nobody asks for another.
      expect(await attemptOf("failed", "disk_full")).toEqual([1, undefined]);
      expect(await lastFailure()).toBeNull();
      expect(await attemptOf("failed", "disk_full")).toEqual([1, undefined]);
    });

    test("the newest run is the one that began last, whatever the clock said that made its id", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, machineId } = scene;
      await expectAt(scene, minutes(-5));
      const failed = await openRun(store, scene, { at: minutes(120) });
      await store.endRun(companyId, failed, { outcome: "failed", code: "disk_full" });
      const retry = await openRun(store, scene);
      await store.endRun(companyId, retry, { outcome: "cancelled", code: "asked_to" });
      const [source] = await store.listPlannedSources(companyId, machineId, NO_START_CODES);
      expect(source?.lastFailure).toBeNull();
      const third = await openRun(store, scene);
      expect(await store.findRun(companyId, third.runId)).toMatchObject({ dueAt: null, attempt: 1 });
      expect(await store.findMachine(companyId, machineId)).toMatchObject({ newestRun: { runId: third.runId } });
    });

    test("a run that is interrupted gives back what it took, and any other end keeps it", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const due = minutes(-3);
      await expectAt(scene, due);
      const stopped = await openRun(store, scene);
      await store.endRun(companyId, stopped, { outcome: "cancelled", code: "agent_stopped" });
      expect(await overdueOf(scene)).toEqual([due]);
      // Superseded by the next, which is of the same due time.
      await openRun(store, scene);
      const second = await openRun(store, scene);
      expect(await store.findRun(companyId, second.runId)).toMatchObject({ dueAt: due, isCatchUp: false });
      await store.endRun(companyId, second, { outcome: "failed", code: "path_not_found" });
      expect(await overdueOf(scene)).toEqual([]);

      const late = await createScene(store);
      await expectAt(late, due);
      await endAs(late, due, "missed");
      const catching = await openRun(store, late);
      await store.endRun(late.companyId, catching, { outcome: "cancelled", code: "agent_stopped" });
      const again = await openRun(store, late);
      expect(await store.findRun(late.companyId, again.runId)).toMatchObject({ dueAt: due, isCatchUp: true });
    });

    test("what was dropped is neither missed nor caught up, and can be expected again", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const due = minutes(-4);
      await expectAt(scene, due);
      expect(await endAs(scene, due, "dropped")).toBe(true);
      expect(await lastExpected(scene)).toBeNull();
      await expectAt(scene, due);
      expect(await overdueOf(scene)).toEqual([due]);
    });

    test("another company's rows are not its to end", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = await createScene(store);
      const dueAt = minutes(-4);
      await expectAt(scene, dueAt);
      const { sourceId } = scene;
      expect(await store.endOverdueRun(companyId, { sourceId, dueAt, end: { kind: "dropped" } })).toBe(false);
      expect(await overdueOf(scene)).toEqual([dueAt]);
    });
  });
}
