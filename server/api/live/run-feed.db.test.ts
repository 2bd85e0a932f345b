import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { staffViewerSchema } from "../../../contracts/viewer.ts";
import { startRun } from "../../domain/run/start-run.ts";
import { type ApiWorld, openApiWorld } from "../testing/api-world.ts";
import { createKeyedCompany, type KeyedCompany } from "../testing/keyed-company.ts";
import { RunFeed, type RunFeedOptions } from "./run-feed.ts";
import type { RunChanges } from "./run-listener.ts";
import { untilSignedOut } from "./until-signed-out.ts";

let world: ApiWorld;
let theirs: KeyedCompany;
let ours: KeyedCompany;

beforeAll(async () => {
  world = await openApiWorld();
  theirs = await createKeyedCompany(world.deps);
});
afterAll(() => world.close());
beforeEach(async () => {
  ours = await createKeyedCompany(world.deps);
});

function feedOf(options: Partial<RunFeedOptions> = {}): RunFeed {
  const { store, log } = world.deps;
  return new RunFeed({ store, log, pollMs: 10, ...options });
}

/** A listener whose messages the test takes one by one. */
function listen(feed: RunFeed, companyId: string | null) {
  const leave = new AbortController();
  const messages = feed.listen(companyId, leave.signal);
  const next = async (): Promise<RunChanges> => {
    const { value } = await messages.next();
    if (!value) throw new Error("the stream has ended");
    return value;
  };
  return { next, leave: () => leave.abort(), ended: async () => (await messages.next()).done };
}

const beat = (files: number) => {
  const { companyId, run } = ours;
  const progress = { files, bytes: files * 10, storedBytes: files };
  return world.deps.store.heartbeatRun(companyId, run, { leaseMs: 60_000, progress });
};

test("a listener hears all open runs first, then how each goes on, then how it ended", async () => {
  const listener = listen(feedOf(), ours.companyId);
  const { runId } = ours.run;
  expect(await listener.next()).toMatchObject({ isWhole: true, runs: [{ runId, endedAt: null }] });
  await beat(7);
  expect(await listener.next()).toMatchObject({ isWhole: false, runs: [{ runId, progress: { files: 7, bytes: 70 } }] });
  await world.deps.store.endRun(ours.companyId, ours.run, { outcome: "failed", code: "gave_up" });
  expect(await listener.next()).toMatchObject({ runs: [{ runId, outcome: "failed", code: "gave_up" }] });
  listener.leave();
  expect(await listener.ended()).toBe(true);
});

test("a run that began and ended between two looks is told as ended, once", async () => {
  const { store } = world.deps;
  await store.endRun(ours.companyId, ours.run, { outcome: "failed", code: "gave_up" });
  const listener = listen(feedOf({ pollMs: 300 }), ours.companyId);
  expect(await listener.next()).toMatchObject({ isWhole: true, runs: [] });
  const agent = await store.findAgent(ours.agentId);
  if (agent === null) throw new Error("the agent is not enrolled");
  const short = await startRun(world.deps, agent, { sourceId: ours.sourceId, clientRunId: randomUUID() });
  await store.endRun(ours.companyId, short, { outcome: "failed", code: "gave_up" });
  const { runs } = await listener.next();
  expect(runs).toMatchObject([{ runId: short.runId, outcome: "failed" }]);
  let isToldAgain = false;
  void listener.next().then(
    () => {
      isToldAgain = true;
    },
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(isToldAgain).toBe(false);
  listener.leave();
});

test("staff hear every company, members their own alone", async () => {
  const feed = feedOf();
  const [staff, member] = [listen(feed, null), listen(feed, ours.companyId)];
  const all = await staff.next();
  expect(all.runs.map((run) => run.runId)).toEqual(expect.arrayContaining([ours.run.runId, theirs.run.runId]));
  expect((await member.next()).runs.map((run) => run.companyId)).toEqual([ours.companyId]);
  expect([feed.isWatched(ours.companyId), feed.isWatched(theirs.companyId)]).toEqual([true, true]);
  staff.leave();
  await staff.ended();
  expect([feed.isWatched(ours.companyId), feed.isWatched(theirs.companyId)]).toEqual([true, false]);
  member.leave();
  await member.ended();
});

test("who is slow gets the newest figures, not every one before", async () => {
  const feed = feedOf();
  const [slow, quick] = [listen(feed, ours.companyId), listen(feed, ours.companyId)];
  await slow.next();
  await quick.next();
  for (const files of [1, 2, 3]) {
    await beat(files);
    await quick.next();
  }
  expect(await slow.next()).toMatchObject({ runs: [{ progress: { files: 3 } }] });
  for (const listener of [slow, quick]) listener.leave();
  await Promise.all([slow.ended(), quick.ended()]);
});

test("the database is asked for all listeners together, and not at all when nobody listens", async () => {
  const { store } = world.deps;
  let asked = 0;
  let release: () => void = () => undefined;
  const counting = {
    getTime: () => store.getTime(),
    findRun: store.findRun.bind(store),
    listRuns: store.listRuns.bind(store),
    listOpenRuns: async () => {
      asked++;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return store.listOpenRuns();
    },
  };
  const feed = feedOf({ store: counting });
  const listeners = [1, 2, 3].map(() => listen(feed, null));
  const first = Promise.all(listeners.map((listener) => listener.next()));
  release();
  await first;
  expect(asked).toBeLessThanOrEqual(2);
  for (const listener of listeners) listener.leave();
  await Promise.all(listeners.map((listener) => listener.ended()));
  release();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked).toBe(before);
});

test("when the runs cannot be read every stream ends with a code, and the next one begins anew", async () => {
  const { store } = world.deps;
  let isLost = true;
  const listOpenRuns = () => (isLost ? Promise.reject(new Error("no database")) : store.listOpenRuns());
  const { listRuns, findRun, getTime } = store;
  const feed = feedOf({ store: { listOpenRuns, listRuns, findRun, getTime } });
  await expect(listen(feed, null).next()).rejects.toMatchObject({ code: "database_unreachable", retryable: true });
  isLost = false;
  const listener = listen(feed, null);
  expect(await listener.next()).toMatchObject({ isWhole: true });
  listener.leave();
  await listener.ended();
});

test("too many listeners are refused by name", async () => {
  const feed = feedOf({ listenersMaxCount: 1 });
  const first = listen(feed, null);
  await first.next();
  await expect(listen(feed, null).next()).rejects.toMatchObject({ code: "rate_limited" });
  first.leave();
  await first.ended();
});

test("a stream ends soon after its session, and when nobody can tell whether there still is one", async () => {
  let caller: Parameters<typeof untilSignedOut>[0]["authenticateAgain"] = async () => ({
    kind: "staff",
    email: "s@x.test",
    viewer: staffViewerSchema.parse({ kind: "staff", personId: randomUUID(), role: "admin", companyId: null }),
  });
  const session = untilSignedOut({ authenticateAgain: () => caller() }, undefined, 5);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(session.signal.aborted).toBe(false);
  caller = async () => ({ kind: "visitor" });
  await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
  session.stop();
  const lost = untilSignedOut({ authenticateAgain: () => Promise.reject(new Error("away")) }, undefined, 5);
  await new Promise((resolve) => lost.signal.addEventListener("abort", resolve));
  lost.stop();
});
