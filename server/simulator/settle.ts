import { endExpiredRuns } from "../domain/run/end-expired-runs.ts";
import { keepLedger } from "../domain/schedule/keep-ledger.ts";
import type { WorkerTools } from "./worker.ts";
import { ageAll, MISSED_GRACE_MS, replicateAll, scrubAll, sweepAll, type Worker } from "./worker.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The last rounds go faster than any service would: what they read is the same. */
const SCRUB_DAYS = 0.25;
const SCRUB_STEP_MS = 5 * MINUTE_MS;
const MAX_SCRUB_STEPS = 5_000;
const MAX_COPY_ROUNDS = 200;
const SWEEP_ROUNDS = 4;

/** Brings everything to rest, by the same steps as ever and without faults: copies, scrubs, sweeps. It ends when nothing is left to do. */
export async function settle(world: World, worker: Worker, companyIds: readonly string[]): Promise<void> {
  const step = (name: string, work: (tools: WorkerTools) => Promise<void>) => worker.make({ name, everyMs: 0, work });
  for (let turn = 0; turn < 3; turn++) {
    await world.timeline.pass(30 * MINUTE_MS);
    await step("housekeeping", async ({ process }) => {
      await endExpiredRuns(process.deps);
      await keepLedger(process.deps, MISSED_GRACE_MS);
    });
  }
  await copyAll(world, step);
  await scrubOnce(world, step, companyIds);
  await copyAll(world, step);
  for (let round = 0; round < SWEEP_ROUNDS; round++) {
    await world.timeline.pass(5 * DAY_MS);
    await step("sweep", (tools) => sweepAll({ ...tools, pace: { ...tools.pace, sweepEveryMs: 0 } }));
    await step("ageing", ageAll);
    // In the first one, a freeze that had begun may still have kept the archive from being swept.
    if (round > 0) await requireSwept(world, companyIds);
  }
  await copyAll(world, step);
}

type Step = (name: string, work: (tools: WorkerTools) => Promise<void>) => Promise<void>;

async function copyAll(world: World, step: Step): Promise<void> {
  let isBehind = true;
  for (let rounds = 0; isBehind && rounds < MAX_COPY_ROUNDS; rounds++) {
    await step("replication", replicateAll);
    await world.timeline.pass(MINUTE_MS);
    isBehind = false;
    for (const { zoneId } of await world.store.listZones()) {
      if ((await world.store.listCompaniesBehind(zoneId)).length > 0) isBehind = true;
    }
  }
}

/** Until a round that began after the faults ended is through, of every company in every zone: then the next one begins. */
async function scrubOnce(world: World, step: Step, companyIds: readonly string[]): Promise<void> {
  const zones = await world.store.listZones();
  const pairs = zones.flatMap(({ zoneId }) =>
    companyIds.map((companyId) => ({ companyId, zoneId, rounds: [] as number[] })),
  );
  const beganMs = world.databaseNow().getTime();
  for (let steps = 0; pairs.some(({ rounds }) => rounds.length < 2); steps++) {
    if (steps >= MAX_SCRUB_STEPS) return world.violate("11", "a scrub comes to no end");
    await world.timeline.pass(SCRUB_STEP_MS);
    await step("scrub", (tools) =>
      scrubAll({ ...tools, pace: { ...tools.pace, scrubDays: SCRUB_DAYS, scrubSteps: 1 } }),
    );
    for (const { companyId, zoneId, rounds } of pairs) {
      const round = await world.store.findScrubRound(companyId, zoneId);
      const startedMs = round?.startedAt.getTime() ?? 0;
      if (startedMs > (rounds.at(-1) ?? beganMs)) rounds.push(startedMs);
    }
  }
}

async function requireSwept(world: World, companyIds: readonly string[]): Promise<void> {
  for (const companyId of companyIds) {
    for (const tier of ["backup", "archive"] as const) {
      const held = (await world.store.findSweep(companyId, tier))?.held;
      if (!held || (held.code === "zone_locked" && isKeptByZone(world))) continue;
      world.violate("6", `the sweep of ${tier} is held up by ${held.code} when all is well: ${held.detail}`);
    }
  }
}

/** A freeze that broke off between the lock in a zone and its row: the zone keeps the pack, and nobody can delete it sooner. */
function isKeptByZone(world: World): boolean {
  const { archives, model } = world;
  const nowMs = world.databaseNow().getTime();
  return [...archives.values()].some((disk) => disk.lockedPacks(nowMs).some((id) => model.deletedPackIds.has(id)));
}
