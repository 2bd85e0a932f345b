import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toBase64 } from "../../engine/codec/hex.ts";
import { nodePrimitives as primitives, nodeRandomness as randomness } from "../../engine/primitives/node.ts";
import { newId } from "../new-id.ts";
import { AgentError } from "../state/agent-error.ts";
import { confirmPendingIdentity, keepPendingIdentity } from "../state/identity.ts";
import { keepSource } from "../state/sources.ts";
import { openStateFolder } from "../state/state-folder.ts";
import { type FakeAnswer, type FakeCall, FakePortal } from "../testing/fake-portal.ts";
import { makeInstallation, makeRelease, newReleaseKey } from "../testing/sample-release.ts";
import { type AgentEvent, runAgent } from "./run-agent.ts";

const NOW = new Date("2026-11-26T12:00:00Z");
const sourceId = newId();

let folder: string;
let portal: FakePortal;
let answer: (call: FakeCall) => FakeAnswer;
let events: AgentEvent[];
let stop: AbortController;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-run-"));
  events = [];
  stop = new AbortController();
  portal = new FakePortal((call) => answer(call));
  const state = openStateFolder(folder);
  const secrets = { signSeed: randomness.bytes(32), boxSeed: randomness.bytes(32) };
  const ids = { companyId: newId(), agentId: newId(), machineId: newId(), enrolmentId: newId() };
  const identity = {
    ...ids,
    origin: await portal.open(),
    machineName: "front-desk",
    scope: 0,
    rootFingerprint: "00".repeat(32),
    certificate: randomness.bytes(64),
    chunkIdKey: randomness.bytes(32),
    sign: primitives.signKeyPair(secrets.signSeed),
    box: primitives.boxKeyPair(secrets.boxSeed),
  };
  keepPendingIdentity(state, identity, secrets);
  confirmPendingIdentity(state);
  const paths = [toBase64(Buffer.from(folder))];
  keepSource(state, { sourceId, ordinal: 1, number: 1, name: "desk", isNamed: true, paths, excludes: [] });
});
afterEach(async () => {
  await portal.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the agent until the event that `isLast` names; answers what it told. */
async function runUntil(isLast: (event: AgentEvent) => boolean): Promise<AgentEvent[]> {
  await runAgent({
    stateFolder: folder,
    signal: stop.signal,
    backOffMs: [1, 4],
    tell: (event) => {
      events.push(event);
      if (isLast(event)) stop.abort(new AgentError("agent_stopped", "enough"));
    },
  });
  return events;
}

function scheduleOf(id: string, startAt: Date | null, checkAfterMs = 1_000): FakeAnswer {
  const next = startAt === null ? null : { dueAt: NOW, startAt };
  return { result: { serverTime: NOW, checkAfterMs, sources: [{ sourceId: id, next }] } };
}

function isOf<Name extends AgentEvent["event"]>(name: Name) {
  return (event: AgentEvent): event is Extract<AgentEvent, { event: Name }> => event.event === name;
}

test("it says once what comes next, and asks again for changes meanwhile", async () => {
  const later = new Date(NOW.getTime() + 1);
  let asked = 0;
  answer = () => scheduleOf(sourceId, ++asked > 2 ? new Date(NOW.getTime() + 5_000) : later, 1_000);
  const told = await runUntil((event) => isOf("next")(event) && event.startAt > later);
  expect(asked).toBe(3);
  expect(told.filter(isOf("next")).map((event) => event.startAt.getTime() - NOW.getTime())).toEqual([1, 5_000]);
  expect(told.some(isOf("started"))).toBe(false);
});

test("it begins what is due, and tries again after a rest when a backup cannot even begin", async () => {
  const askedAtMs: number[] = [];
  answer = (call) => {
    if (call.procedure === "agent.schedule") return scheduleOf(sourceId, NOW, 1_000);
    askedAtMs.push(performance.now());
    return { code: "not_allowed", status: 403 };
  };
  const told = await runUntil(() => events.filter(isOf("failed")).length === 2);
  expect(told.filter(isOf("started"))[0]).toMatchObject({ sourceId, name: "desk", dueAt: NOW });
  expect(told.filter(isOf("failed"))[0]).toMatchObject({ sourceId, code: "not_allowed" });
  expect(askedAtMs).toHaveLength(2);
});

test("a backup that is told to come again waits as long as it was told, and has not failed", async () => {
  const startedAtMs: number[] = [];
  answer = (call) => {
    if (call.procedure === "agent.schedule") return scheduleOf(sourceId, NOW, 1_000);
    startedAtMs.push(performance.now());
    return { code: "busy_for_now", status: 429, retryAfterMs: 40 };
  };
  const told = await runUntil(() => events.filter(isOf("waiting")).length === 2);
  const [first] = told.filter(isOf("waiting"));
  expect(first).toMatchObject({ code: "busy_for_now" });
  expect(first?.retryMs).toBeGreaterThanOrEqual(40);
  expect(first?.retryMs).toBeLessThanOrEqual(60);
  expect(told.filter(isOf("failed"))).toEqual([]);
  const [before = 0, after = 0] = startedAtMs;
  expect(after - before).toBeGreaterThanOrEqual(39);
});

test("it leaves alone what is paused, and sources that it does not know", async () => {
  const answers = [scheduleOf(sourceId, null), scheduleOf(newId(), NOW)];
  answer = () => answers.shift() ?? { code: "agent_revoked", status: 403 };
  await expect(runUntil(() => false)).rejects.toMatchObject({ code: "agent_revoked" });
  expect(events.map(({ event }) => event)).toEqual(["running"]);
  expect(portal.calls.map((call) => call.procedure)).toEqual(Array(3).fill("agent.schedule"));
});

test("it goes on when the portal breaks off or refuses, and asks again with pauses", async () => {
  const answers: FakeAnswer[] = ["break the connection", { code: "not_allowed", status: 403 }];
  answers.push({ code: "agent_clock_wrong", status: 401 });
  answer = () => answers.shift() ?? scheduleOf(sourceId, new Date(NOW.getTime() + 60_000));
  const told = await runUntil(isOf("next"));
  expect(told.filter(isOf("waiting")).map(({ code }) => code)).toEqual(["not_allowed", "agent_clock_wrong"]);
});

test("it ends with the code when a person has to act", async () => {
  answer = () => ({ code: "agent_too_old", status: 426 });
  await expect(runUntil(() => false)).rejects.toMatchObject({ code: "agent_too_old" });
});

test("as too old it becomes what the portal offers, and ends to be started as that", async () => {
  const key = newReleaseKey();
  const release = makeRelease("9.0.0", 'echo \'{"version":"9.0.0"}\'', key);
  answer = ({ procedure }) =>
    procedure === "agent.schedule"
      ? { code: "agent_too_old", status: 426, update: release.offer }
      : { status: 200, bytes: release.archive };
  const installation = makeInstallation(join(folder, "installed"), key);
  const options = { stateFolder: folder, signal: stop.signal, updateSpreadMs: 1e12, backOffMs: [1, 4] as const };
  const end = await runAgent({ ...options, installation, tell: (event) => events.push(event) });
  expect(end).toBe("restart");
  expect(events.map(({ event }) => event)).toEqual(["running", "updating", "updated"]);
});

test("as too old it ends when what is offered does not work here", async () => {
  const key = newReleaseKey();
  const release = makeRelease("9.0.0", "exit 1", key);
  answer = ({ procedure }) =>
    procedure === "agent.schedule"
      ? { code: "agent_too_old", status: 426, update: release.offer }
      : { status: 200, bytes: release.archive };
  const installation = makeInstallation(join(folder, "installed"), key);
  const options = { stateFolder: folder, signal: stop.signal, updateSpreadMs: 0, backOffMs: [1, 4] as const };
  const run = runAgent({ ...options, installation, tell: (event) => events.push(event) });
  await expect(run).rejects.toMatchObject({ code: "agent_too_old" });
});

test("a newer version that comes with the schedule is taken before the next backup", async () => {
  const key = newReleaseKey();
  const release = makeRelease("9.0.0", 'echo \'{"version":"9.0.0"}\'', key);
  const schedule = { serverTime: NOW, checkAfterMs: 1_000, sources: [], update: release.offer };
  answer = ({ procedure }) =>
    procedure === "agent.schedule" ? { result: schedule } : { status: 200, bytes: release.archive };
  const installation = makeInstallation(join(folder, "installed"), key);
  const options = { stateFolder: folder, signal: stop.signal, updateSpreadMs: 0, backOffMs: [1, 4] as const };
  expect(await runAgent({ ...options, installation, tell: (event) => events.push(event) })).toBe("restart");
});

test("a second one for the same state is refused, and leaves the first alone", async () => {
  answer = () => scheduleOf(sourceId, new Date(NOW.getTime() + 60_000), 60_000);
  let second: Promise<unknown> | undefined;
  const options = { stateFolder: folder, signal: AbortSignal.timeout(10_000), tell: () => undefined };
  await runUntil((event) => {
    if (!isOf("next")(event)) return false;
    second = runAgent(options);
    return true;
  });
  await expect(second).rejects.toMatchObject({ code: "agent_running" });
});

test("it stops at once while it waits", async () => {
  answer = () => scheduleOf(sourceId, new Date(NOW.getTime() + 600_000), 60_000);
  const begunMs = performance.now();
  setTimeout(() => stop.abort(new AgentError("agent_stopped", "enough")), 200);
  await runUntil(() => false);
  // It would have waited for a minute.
  expect(performance.now() - begunMs).toBeLessThan(50_000);
});
