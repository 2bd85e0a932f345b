import { describe, expect, test } from "vitest";
import { INCIDENT_SORTS, type IncidentKind } from "../../../contracts/incidents.ts";
import { FAILURES_IN_A_ROW, type IncidentRow } from "../store/incident-store.ts";
import type { ListPosition } from "../store/list-order.ts";
import type { Store } from "../store/store.ts";
import {
  bytes,
  createEnrolment,
  createScene,
  enrolMachine,
  keyObject,
  newUuid,
  openRun,
  packOf,
  publishSnapshot,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "./store-scene.ts";

const AT_ONCE = { awayMs: 0, behindMs: 0, freezeMs: 0 };
const ORDER = { sort: "need", isDescending: false, states: [], kinds: [], limit: 500 } as const;

/** @param getWorkerStore ends sweeps, which the portal's role may not */
export function describeIncidents(getStore: () => Store, getWorkerStore: () => Store): void {
  const listOf = async ({ companyId }: Pick<Scene, "companyId">) => getStore().listIncidents(companyId, ORDER);
  const shown = (rows: readonly IncidentRow[]) => rows.map(({ kind, state, count }) => ({ kind, state, count }));
  const miss = async ({ companyId, sourceId }: Scene, minutesAgo: number) => {
    const dueAt = new Date(Date.now() - minutesAgo * 60_000);
    await getStore().expectRuns(companyId, [], [{ sourceId, dueAt, missedAfter: dueAt }]);
    const end = { kind: "missed", runId: newUuid() } as const;
    expect(await getStore().endOverdueRun(companyId, { sourceId, dueAt, end })).toBe(true);
  };
  const fail = async (scene: Scene, code = "path_not_found", outcome: "failed" | "cancelled" = "failed") => {
    const lease = await openRun(getStore(), scene);
    expect(await getStore().endRun(scene.companyId, lease, { outcome, code })).toBe("ended");
  };

  describe("an incident of what happened", () => {
    test("opens with the first missed run, counts the next, and closes with the first good run of that source", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const other = { ...scene, ...(await enrolMachine(store, scene.companyId)) };
      await miss(scene, 9);
      const [first] = await listOf(scene);
      expect(first).toMatchObject({
        ...{ companyId: scene.companyId, companyName: "Clayworks", kind: "run_missed", subject: scene.sourceId },
        ...{ state: "open", code: "no_start", count: 1, closedAt: null, zoneOrdinal: null, acknowledged: null },
        machine: {
          ...{ machineId: scene.machineId, machineName: "Front desk" },
          source: { sourceKind: "files", sourceOrdinal: 1 },
        },
      });
      await miss(scene, 7);
      await miss(other, 7);
      expect(shown(await listOf(scene)).toSorted((a, b) => a.count - b.count)).toEqual([
        { kind: "run_missed", state: "open", count: 1 },
        { kind: "run_missed", state: "open", count: 2 },
      ]);
      await fail(scene);
      expect(await store.countOpenIncidents(scene.companyId)).toEqual({ open: 2, acknowledged: 0 });
      await publishSnapshot(store, scene, null, { gaps: 1 });
      const left = await listOf(scene);
      expect(left.map(({ subject, state }) => [subject, state])).toEqual([
        [other.sourceId, "open"],
        [scene.sourceId, "closed"],
      ]);
      expect(left[1]?.closedAt?.getTime()).toBeGreaterThanOrEqual(left[1]?.seenAt.getTime() ?? Number.NaN);
      // Due after the runs above began.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await miss(scene, 0);
      expect(await listOf(scene)).toHaveLength(3);
    });

    test("opens when the last three backups of a source failed, whatever was cancelled between them", async () => {
      const store = getStore();
      const scene = await createScene(store);
      expect(FAILURES_IN_A_ROW).toBe(3);
      await fail(scene);
      await fail(scene);
      const { snapshot } = await publishSnapshot(store, scene, null);
      await fail(scene);
      await fail(scene);
      await fail(scene, "asked_to", "cancelled");
      await fail({ ...scene, ...(await enrolMachine(store, scene.companyId)) });
      expect(await listOf(scene)).toEqual([]);
      await fail(scene, "disk_full");
      expect(await listOf(scene)).toMatchObject([{ kind: "runs_failed", code: "disk_full", count: 3 }]);
      const lost = await openRun(store, scene, { leaseMs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await store.endExpiredRuns(scene.companyId)).toEqual([lost.runId]);
      expect(await listOf(scene)).toMatchObject([{ kind: "runs_failed", code: "lease_lost", count: 4 }]);
      await publishSnapshot(store, scene, snapshot);
      expect(await listOf(scene)).toMatchObject([{ state: "closed", count: 4 }]);
    });

    test("opens when an enrolment that was used is used by another agent, and is over when somebody says so", async () => {
      const store = getStore();
      const { companyId, ownerId } = await createScene(store);
      const enrolmentId = await createEnrolment(store, companyId);
      const agent = () => ({
        ...{ enrolmentId, agentId: newUuid(), machineId: newUuid(), machineName: "Workshop" },
        ...{ signPublicKey: bytes(32), boxPublicKey: bytes(32), certificate: keyObject(companyId, "agent", 0) },
      });
      const first = agent();
      for (const _ of ["first", "again"]) expect(await store.completeEnrolment(companyId, first)).toBe("completed");
      expect(await listOf({ companyId })).toEqual([]);
      expect(await store.completeEnrolment(companyId, agent())).toBe("enrolment_used");
      const [row] = await listOf({ companyId });
      const machine = { machineId: first.machineId, machineName: "Workshop", source: null };
      expect(row).toMatchObject({ kind: "second_certificate", subject: enrolmentId, machine });
      await store.judgeIncidents(companyId, AT_ONCE);
      const incident = { incidentId: row?.incidentId ?? "", note: null, byPersonId: ownerId };
      expect(await store.acknowledgeIncident(companyId, incident)).toBe("acknowledged");
      expect(await listOf({ companyId })).toMatchObject([{ state: "closed" }]);
      expect(await store.acknowledgeIncident(companyId, incident)).toBe("not_open");
    });

    test("closes when the agent is revoked that it is about", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, certHash } = scene;
      await miss(scene, 3);
      expect(await store.listCompaniesToJudge()).toContain(companyId);
      expect(await store.judgeIncidents(companyId, AT_ONCE)).toEqual({ opened: [], closed: 0 });
      const head = await store.findLogHead(companyId);
      if (head === null) throw new Error("the company has no log");
      const statements = [keyObject(companyId, "log", head.number + 1)];
      await store.appendLog(companyId, {
        expectedHead: head,
        statements,
        byPersonId: null,
        revokedCertHashes: [certHash],
      });
      expect(await store.judgeIncidents(companyId, AT_ONCE)).toEqual({ opened: [], closed: 1 });
      expect(await store.listCompaniesToJudge()).not.toContain(companyId);
    });
  });

  describe("an incident of what is the case", () => {
    const judge = (companyId: string | null, patience = AT_ONCE) =>
      getWorkerStore().judgeIncidents(companyId, patience);

    test("is open while a sweep is held, with the code of what holds it now", async () => {
      const scene = await createScene(getStore());
      const { companyId } = scene;
      const worker = getWorkerStore();
      const endAs = async (code: string | null) => {
        const taken = await worker.takeJob({ companyId, name: "sweep" }, "test", 60_000);
        const fencingToken = taken?.fencingToken ?? 0;
        const begun = await worker.beginSweep(
          companyId,
          { jobName: "sweep", tier: "backup", fencingToken },
          { isPlanOnly: false },
        );
        const held = code === null ? null : { code, detail: "zone2: unreachable" };
        await worker.endSweep(companyId, { tier: "backup", round: begun?.round ?? 0, held, retryMs: null });
        await worker.saveJob({ companyId, name: "sweep" }, { fencingToken, cursor: null, leaseMs: 0 });
      };
      await endAs("zone_away");
      expect(await worker.listCompaniesToJudge()).toContain(companyId);
      expect(await judge(companyId)).toEqual({ opened: ["deletion_held"], closed: 0 });
      const [first] = await listOf(scene);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await judge(companyId)).toEqual({ opened: [], closed: 0 });
      const [again] = await listOf(scene);
      expect(again).toMatchObject({ incidentId: first?.incidentId, count: 1, openedAt: first?.openedAt });
      expect(again?.seenAt.getTime()).toBeGreaterThan(first?.seenAt.getTime() ?? Number.NaN);
      await endAs("clock_jumped");
      await judge(companyId);
      expect(await listOf(scene)).toMatchObject([{ state: "open", code: "clock_jumped" }]);
      await endAs(null);
      expect(await judge(companyId)).toEqual({ opened: [], closed: 1 });
      expect(await worker.listCompaniesToJudge()).not.toContain(companyId);
    });

    test("counts what has no good copy in any zone, and closes when all of it has one again", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId } = scene;
      const run = await openRun(store, scene);
      const [a, b] = [packOf(scene, [bytes(32)]), packOf(scene, [bytes(32)])];
      for (const pack of [a, b]) {
        await store.recordPack(companyId, run, ZONE_1, pack);
        await store.recordPresence(companyId, ZONE_2, { packIds: [pack.packId], objectKeys: [] });
      }
      const lose = (packId: string, zoneId: string) =>
        store.markCopy(companyId, zoneId, { packId, state: "missing", code: "hash_mismatch" });
      await lose(a.packId, ZONE_1);
      expect(await judge(companyId)).toEqual({ opened: [], closed: 0 });
      await lose(a.packId, ZONE_2);
      expect(await judge(companyId)).toEqual({ opened: ["copies_lost"], closed: 0 });
      // A copy in each of two zones: two findings of one object.
      expect(await listOf(scene)).toMatchObject([
        { kind: "copies_lost", code: "no_good_copy", count: 2, machine: null },
      ]);
      for (const zoneId of [ZONE_1, ZONE_2]) await lose(b.packId, zoneId);
      await judge(companyId);
      expect(await listOf(scene)).toMatchObject([{ count: 4, state: "open" }]);
      for (const { packId } of [a, b]) {
        await store.recordPresence(companyId, ZONE_1, { packIds: [packId], objectKeys: [] });
      }
      expect(await judge(companyId)).toEqual({ opened: [], closed: 1 });
      await store.endRun(companyId, run, { outcome: "cancelled", code: "x" });
    });

    test("is open while a freeze has been due for longer than is borne, with the last reason, and counts them", async () => {
      const scene = await createScene(getStore());
      const { companyId, sourceId } = scene;
      const worker = getWorkerStore();
      const first = await publishSnapshot(getStore(), scene, null);
      const second = await publishSnapshot(getStore(), scene, first.snapshot);
      // Moments are rounded to milliseconds: what is due "now" may be so a moment later.
      const due = async (...commits: number[]) => {
        await worker.putDueFreezes(companyId, sourceId, commits);
        await new Promise((resolve) => setTimeout(resolve, 5));
      };
      expect(await worker.listCompaniesToJudge()).not.toContain(companyId);
      await due(first.commit);
      expect(await worker.listCompaniesToJudge()).toContain(companyId);
      expect(await judge(companyId, { ...AT_ONCE, freezeMs: 60_000 })).toEqual({ opened: [], closed: 0 });
      expect(await judge(companyId)).toEqual({ opened: ["freeze_stuck"], closed: 0 });
      expect(await listOf(scene)).toMatchObject([
        { kind: "freeze_stuck", subject: companyId, code: "waiting", count: 1, machine: null },
      ]);
      // Of what is not due there is nothing to say.
      await worker.noteFreezeProblem(companyId, second.commit, "zone_away");
      await worker.noteFreezeProblem(companyId, first.commit, "page_unreadable");
      await due(first.commit, second.commit);
      expect(await judge(companyId)).toEqual({ opened: [], closed: 0 });
      expect(await listOf(scene)).toMatchObject([{ state: "open", code: "page_unreadable", count: 2 }]);
      await due(second.commit);
      await judge(companyId);
      expect(await listOf(scene)).toMatchObject([{ state: "open", code: "waiting", count: 1 }]);
      // Another source's plan says nothing about this one's.
      await worker.putDueFreezes(companyId, newUuid(), []);
      expect(await judge(companyId)).toEqual({ opened: [], closed: 0 });
      await due();
      expect(await judge(companyId)).toEqual({ opened: [], closed: 1 });
      expect(await worker.listCompaniesToJudge()).not.toContain(companyId);
    });

    test("is about a zone that has been away, or behind, for longer than is borne, and belongs to no company", async () => {
      const store = getStore();
      const { companyId } = await createScene(store);
      const probe = (state: "healthy" | "unreachable" | "catching_up", errorCode: string | null) =>
        store.recordProbe(ZONE_2, { state, latencyMs: 1, freeBytes: 1, totalBytes: 2, errorCode });
      const open = async () => {
        const rows = await store.listIncidents(null, { ...ORDER, kinds: ["zone_away", "zone_behind"] });
        return rows.filter(({ state, subject }) => state === "open" && subject === ZONE_2);
      };
      await probe("unreachable", "zone_unreachable");
      await new Promise((resolve) => setTimeout(resolve, 5));
      await probe("unreachable", "zone_unreachable");
      expect(await judge(null, { ...AT_ONCE, awayMs: 60_000 })).toEqual({ opened: [], closed: 0 });
      expect(await judge(null, { ...AT_ONCE, awayMs: 4 })).toEqual({ opened: ["zone_away"], closed: 0 });
      expect(await open()).toMatchObject([
        {
          companyId: null,
          companyName: null,
          kind: "zone_away",
          code: "zone_unreachable",
          zoneOrdinal: 2,
          machine: null,
        },
      ]);
      expect(await store.listIncidents(companyId, ORDER)).toEqual([]);
      await probe("catching_up", null);
      expect(await judge(null, { ...AT_ONCE, behindMs: 60_000 })).toEqual({ opened: [], closed: 1 });
      expect(await judge(null)).toEqual({ opened: ["zone_behind"], closed: 0 });
      expect(await open()).toMatchObject([{ kind: "zone_behind", code: "catching_up" }]);
      await probe("healthy", null);
      expect(await judge(null)).toEqual({ opened: [], closed: 1 });
      expect(await open()).toEqual([]);
    });
  });

  describe("incidents", () => {
    test("are acknowledged with a note by somebody whom their company may see, and stay open", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const { companyId, ownerId, emailOfOwner } = scene;
      const strange = await createScene(store);
      await miss(scene, 3);
      const incidentId = (await listOf(scene))[0]?.incidentId ?? "";
      const note = "the disk is being replaced";
      expect(await store.acknowledgeIncident(strange.companyId, { incidentId, note, byPersonId: ownerId })).toBe(
        "not_open",
      );
      expect(await store.acknowledgeIncident(null, { incidentId, note, byPersonId: ownerId })).toBe("not_open");
      expect(await store.acknowledgeIncident(companyId, { incidentId, note, byPersonId: ownerId })).toBe(
        "acknowledged",
      );
      const acknowledged = { at: expect.any(Date), email: emailOfOwner, note };
      expect(await store.findIncident(null, incidentId)).toMatchObject({ state: "acknowledged", acknowledged });
      expect(await store.countOpenIncidents(companyId)).toEqual({ open: 0, acknowledged: 1 });
      const other = { incidentId, note: null, byPersonId: strange.ownerId };
      expect(await store.acknowledgeIncident(companyId, other)).toBe("acknowledged");
      const ofOthers = { acknowledged: { email: null, note: null } };
      expect(await store.findIncident(companyId, incidentId)).toMatchObject(ofOthers);
      const seen = { acknowledged: { email: strange.emailOfOwner, note: null } };
      expect(await store.findIncident(null, incidentId)).toMatchObject(seen);
      expect(await store.findIncident(strange.companyId, incidentId)).toBeNull();
      expect(await store.listIncidents(strange.companyId, ORDER)).toEqual([]);
      expect(await store.countOpenIncidents(strange.companyId)).toEqual({ open: 0, acknowledged: 0 });
      await publishSnapshot(store, scene, null);
      expect(await listOf(scene)).toMatchObject([{ state: "closed", acknowledged: { note: null } }]);
    });

    test("are listed by state, kind and name, open ones first, in pages", async () => {
      const store = getStore();
      const scene = await createScene(store);
      const machines: Scene[] = [scene];
      for (let at = 0; at < 3; at++) machines.push({ ...scene, ...(await enrolMachine(store, scene.companyId)) });
      for (const machine of machines) {
        await miss(machine, 4);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await fail(scene);
      await fail(scene);
      await fail(scene);
      const { companyId } = scene;
      await publishSnapshot(store, { ...scene, ...machines[3] }, null);
      const rows = await listOf(scene);
      expect(rows.map(({ state }) => state)).toEqual(["open", "open", "open", "open", "closed"]);
      expect(rows[0]).toMatchObject({ kind: "runs_failed" });
      for (const sort of INCIDENT_SORTS) {
        const whole = await store.listIncidents(companyId, { ...ORDER, sort });
        const paged: IncidentRow[] = [];
        for (let after = undefined as ListPosition | undefined; ; ) {
          const page = await store.listIncidents(companyId, { ...ORDER, sort, after, limit: 2 });
          paged.push(...page);
          after = page.at(-1)?.position;
          if (after === undefined) break;
        }
        expect(paged.map(({ incidentId }) => incidentId)).toEqual(whole.map(({ incidentId }) => incidentId));
      }
      const count = async (states: readonly ("open" | "closed")[], kinds: readonly IncidentKind[], search?: string) =>
        (await store.listIncidents(companyId, { ...ORDER, states, kinds, search })).length;
      expect(await count(["open"], ["run_missed"])).toBe(3);
      expect(await count(["closed"], [])).toBe(1);
      expect(await count([], ["runs_failed", "zone_away"])).toBe(1);
      expect(await count([], [], "front DESK")).toBe(5);
      expect(await count([], [], "front d%k")).toBe(0);
    });
  });
}
