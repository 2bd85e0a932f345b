import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { endRun } from "../run/end-run.ts";
import { startRun } from "../run/start-run.ts";
import { keepLedger } from "../schedule/keep-ledger.ts";
import { planAgentStarts } from "../schedule/plan-agent-starts.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent, type TestAgent } from "../testing/domain-scene.ts";
import { acknowledgeIncident } from "./acknowledge-incident.ts";
import { INCIDENT_PATIENCE, keepIncidents } from "./keep-incidents.ts";

const ALL = { sort: "need", isDescending: false, states: [], kinds: [], limit: 100 } as const;

let nowMs = 0;
let scene: DomainScene;
let agent: TestAgent;

beforeEach(async () => {
  nowMs = Date.now();
  scene = await createDomainScene(createMemoryStore(() => new Date(nowMs)));
  agent = await enrolTestAgent(scene);
});

const list = async () => scene.deps.store.listIncidents(null, ALL);
const probe = async (state: "healthy" | "unreachable" | "catching_up") => {
  const [zone] = await scene.deps.store.listZones();
  const figures = { latencyMs: 1, freeBytes: null, totalBytes: null, errorCode: null };
  await scene.deps.store.recordProbe(zone?.zoneId ?? "", { state, ...figures });
};

test("a run that the ledger finds missed is an incident at once", async () => {
  await keepLedger(scene.deps, 60_000);
  const { starts } = await planAgentStarts(scene.deps, agent.row);
  nowMs = (starts[0]?.next?.dueAt.getTime() ?? 0) + 3_600_000;
  await keepLedger(scene.deps, 60_000);
  expect(await list()).toMatchObject([{ kind: "run_missed", subject: agent.sourceId, state: "open" }]);
});

test("three failed runs are one, and two are none", async () => {
  for (const open of [0, 0, 1, 1]) {
    const lease = await startRun(scene.deps, agent.row, { sourceId: agent.sourceId, clientRunId: randomUUID() });
    await endRun(scene.deps, agent.row, { ...lease, outcome: "failed", code: "source_unreadable" });
    expect(await scene.deps.store.countOpenIncidents(scene.companyId)).toEqual({ open, acknowledged: 0 });
    nowMs += 1_000;
  }
});

test("a zone is one after a minute away, and after an hour of catching up, until it is healthy", async () => {
  await probe("unreachable");
  nowMs += INCIDENT_PATIENCE.awayMs - 1;
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened: [], closed: 0 });
  nowMs += 1;
  const opened = [{ companyId: null, kind: "zone_away" }];
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened, closed: 0 });
  await probe("catching_up");
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened: [], closed: 1 });
  nowMs += INCIDENT_PATIENCE.behindMs;
  await probe("catching_up");
  expect((await keepIncidents(scene.deps, INCIDENT_PATIENCE)).opened).toEqual([
    { companyId: null, kind: "zone_behind" },
  ]);
  await probe("healthy");
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened: [], closed: 1 });
});

test("a snapshot that should have been frozen a day ago is one, until it is frozen", async () => {
  const { store } = scene.deps;
  const { companyId } = scene;
  await store.putDueFreezes(companyId, agent.sourceId, [7]);
  await store.noteFreezeProblem(companyId, 7, "no_locks");
  nowMs += INCIDENT_PATIENCE.freezeMs - 1;
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened: [], closed: 0 });
  nowMs += 1;
  const opened = [{ companyId, kind: "freeze_stuck" }];
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened, closed: 0 });
  expect(await list()).toMatchObject([{ code: "no_locks", count: 1 }]);
  await store.putDueFreezes(companyId, agent.sourceId, []);
  expect(await keepIncidents(scene.deps, INCIDENT_PATIENCE)).toEqual({ opened: [], closed: 1 });
});

test("what is over cannot be acknowledged, and what somebody may not see does not exist", async () => {
  await probe("unreachable");
  nowMs += INCIDENT_PATIENCE.awayMs;
  await keepIncidents(scene.deps, INCIDENT_PATIENCE);
  const input = { incidentId: (await list())[0]?.incidentId ?? "", note: "on it", byPersonId: scene.ownerId };
  await expect(acknowledgeIncident(scene.deps, scene.companyId, input)).rejects.toMatchObject({ code: "not_found" });
  await acknowledgeIncident(scene.deps, null, input);
  expect(await list()).toMatchObject([{ state: "acknowledged", acknowledged: { note: "on it" } }]);
  await probe("healthy");
  await keepIncidents(scene.deps, INCIDENT_PATIENCE);
  await expect(acknowledgeIncident(scene.deps, null, input)).rejects.toMatchObject({ code: "incident_closed" });
});
