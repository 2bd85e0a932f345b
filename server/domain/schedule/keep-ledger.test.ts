import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { newId } from "../../platform/ids.ts";
import { endRun } from "../run/end-run.ts";
import { heartbeatRun } from "../run/heartbeat-run.ts";
import { startRun } from "../run/start-run.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent, type TestAgent } from "../testing/domain-scene.ts";
import { NOTHING_SET } from "./effective-schedule.ts";
import { keepLedger } from "./keep-ledger.ts";
import { planAgentStarts } from "./plan-agent-starts.ts";
import { putSchedule } from "./put-schedule.ts";

const GRACE_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

let nowMs = 0;
let scene: DomainScene;
let agent: TestAgent;

beforeEach(async () => {
  nowMs = Date.now();
  const made = await createDomainScene(createMemoryStore(() => new Date(nowMs)));
  // Ids sort by when they were made, and several runs of one test begin within a millisecond of real time.
  scene = { ...made, deps: { ...made.deps, newId: () => newId(new Date(nowMs)) } };
  agent = await enrolTestAgent(scene);
  await plan({ timing: { cron: "0 * * * *", timeZone: "Europe/Berlin" }, jitterSeconds: 0 });
});

function plan(change: Partial<typeof NOTHING_SET>): Promise<void> {
  const settings = { ...NOTHING_SET, ...change };
  const subject = { level: "source", subjectId: agent.sourceId, byPersonId: scene.ownerId } as const;
  return putSchedule(scene.deps, scene.companyId, { ...subject, settings });
}

async function outcomes(): Promise<string[]> {
  const runs = await scene.deps.store.listRuns(scene.companyId, { limit: 100 });
  return runs.map((run) => `${run.outcome ?? "running"}${run.isCatchUp ? " caught up" : ""}`);
}

async function nextDueAtMs(): Promise<number> {
  const { starts } = await planAgentStarts(scene.deps, agent.row);
  return starts[0]?.next?.dueAt.getTime() ?? Number.NaN;
}

async function backUp(outcome: "failed" | "cancelled" = "cancelled"): Promise<void> {
  const { runId, fencingToken } = await startRun(scene.deps, agent.row, {
    sourceId: agent.sourceId,
    clientRunId: randomUUID(),
  });
  await endRun(scene.deps, agent.row, { runId, fencingToken, outcome, code: "source_unreadable" });
}

test("an hourly run that begins is not missed, one that does not is, and is caught up once", async () => {
  await keepLedger(scene.deps, GRACE_MS);
  nowMs = (await nextDueAtMs()) + 60_000;
  await backUp();
  await keepLedger(scene.deps, GRACE_MS);
  nowMs += HOUR_MS;
  expect((await keepLedger(scene.deps, GRACE_MS)).missed).toEqual([]);
  nowMs += GRACE_MS;
  expect((await keepLedger(scene.deps, GRACE_MS)).missed).toHaveLength(1);
  expect((await keepLedger(scene.deps, GRACE_MS)).missed).toEqual([]);
  expect(await nextDueAtMs()).toBeLessThan(nowMs);
  await backUp();
  expect(await nextDueAtMs()).toBeGreaterThan(nowMs);
  expect((await outcomes()).toSorted()).toEqual(["cancelled", "cancelled caught up", "missed"]);
});

test("a worker that stood still for three hours notices each of them afterwards", async () => {
  await keepLedger(scene.deps, GRACE_MS);
  nowMs = (await nextDueAtMs()) + 3 * HOUR_MS - 60_000;
  await keepLedger(scene.deps, GRACE_MS);
  await keepLedger(scene.deps, GRACE_MS);
  expect(await outcomes()).toEqual(["missed", "missed", "missed"]);
});

test("runs that began while the worker stood still are not missed", async () => {
  await keepLedger(scene.deps, GRACE_MS);
  nowMs = (await nextDueAtMs()) + HOUR_MS + 60_000;
  await backUp();
  nowMs += GRACE_MS;
  await keepLedger(scene.deps, GRACE_MS);
  await keepLedger(scene.deps, GRACE_MS);
  expect(await outcomes()).toEqual(["cancelled"]);
});

test("what was expected before a pause or another timing is not missed", async () => {
  await keepLedger(scene.deps, GRACE_MS);
  nowMs = (await nextDueAtMs()) + 60_000;
  await plan({ timing: { cron: "30 * * * *", timeZone: "Europe/Berlin" } });
  nowMs += GRACE_MS;
  await keepLedger(scene.deps, GRACE_MS);
  await plan({ isPaused: true });
  nowMs += 24 * HOUR_MS;
  await keepLedger(scene.deps, GRACE_MS);
  expect(await outcomes()).toEqual([]);
});

test("a backup that fails is tried four times for its due time, and then waits for the next", async () => {
  await plan({ timing: { cron: "0 0 * * *", timeZone: "UTC" }, jitterSeconds: 0 });
  await keepLedger(scene.deps, GRACE_MS);
  const firstDueMs = await nextDueAtMs();
  nowMs = firstDueMs + 1_000;
  await backUp("failed");
  for (const attempt of [2, 3, 4]) {
    const { starts } = await planAgentStarts(scene.deps, agent.row);
    expect(starts[0]?.next?.dueAt.getTime()).toBe(firstDueMs);
    expect(starts[0]?.next?.startAt.getTime()).toBeGreaterThan(nowMs);
    nowMs = starts[0]?.next?.startAt.getTime() ?? Number.NaN;
    await backUp("failed");
    const [newest] = await scene.deps.store.listRuns(scene.companyId, { limit: 1 });
    expect(newest).toMatchObject({ attempt, dueAt: new Date(firstDueMs), isCatchUp: false });
  }
  expect(await nextDueAtMs()).toBe(firstDueMs + 24 * HOUR_MS);
  await keepLedger(scene.deps, GRACE_MS);
  expect(await outcomes()).toEqual(["failed", "failed", "failed", "failed"]);
  nowMs = firstDueMs + 24 * HOUR_MS;
  await backUp();
  const [next] = await scene.deps.store.listRuns(scene.companyId, { limit: 1 });
  expect(next).toMatchObject({ attempt: 1, dueAt: new Date(nowMs) });
});

test("what is due outside of the window is not missed before the window opens, and is then", async () => {
  // From midnight to one o'clock.
  const window = { hours: Array(7).fill(1), endsRuns: false };
  await plan({ timing: { cron: "0 12 * * *", timeZone: "UTC" }, jitterSeconds: 0, window });
  await keepLedger(scene.deps, GRACE_MS);
  const dueMs = await nextDueAtMs();
  const { starts } = await planAgentStarts(scene.deps, agent.row);
  expect(starts[0]?.next?.startAt.getTime()).toBe(dueMs + 12 * HOUR_MS);
  nowMs = dueMs + 12 * HOUR_MS + GRACE_MS - 1;
  expect((await keepLedger(scene.deps, GRACE_MS)).missed).toEqual([]);
  nowMs += 1;
  expect((await keepLedger(scene.deps, GRACE_MS)).missed).toMatchObject([{ dueAt: new Date(dueMs) }]);
});

test("a run whose window ends goes on in the next one, as the same attempt at its due time", async () => {
  const window = { hours: Array(7).fill(1), endsRuns: true };
  await plan({ timing: { cron: "30 0 * * *", timeZone: "UTC" }, jitterSeconds: 0, catchUpMinutes: 24 * 60, window });
  await keepLedger(scene.deps, GRACE_MS);
  const dueMs = await nextDueAtMs();
  nowMs = dueMs + 60_000;
  const run = await startRun(scene.deps, agent.row, { sourceId: agent.sourceId, clientRunId: randomUUID() });
  const progress = { files: 0, bytes: 0, storedBytes: 0 };
  const beat = async () => {
    const { leaseMs, isOver } = await heartbeatRun(scene.deps, agent.row, { ...run, progress });
    return { isOver, leaseMs };
  };
  for (; nowMs < dueMs + 30 * 60_000; nowMs += 4 * 60_000) expect(await beat()).toMatchObject({ isOver: false });
  nowMs = dueMs + 30 * 60_000;
  expect(await beat()).toMatchObject({ isOver: true });
  await endRun(scene.deps, agent.row, { ...run, outcome: "cancelled", code: "window_ended" });
  const { starts } = await planAgentStarts(scene.deps, agent.row);
  expect(starts[0]?.next).toEqual({ dueAt: new Date(dueMs), startAt: new Date(dueMs + 23.5 * HOUR_MS) });
  await keepLedger(scene.deps, GRACE_MS);
  nowMs = dueMs + 23.5 * HOUR_MS;
  await startRun(scene.deps, agent.row, { sourceId: agent.sourceId, clientRunId: randomUUID() });
  const [newest] = await scene.deps.store.listRuns(scene.companyId, { limit: 1 });
  expect(newest).toMatchObject({ dueAt: new Date(dueMs), attempt: 1, outcome: null });
});
