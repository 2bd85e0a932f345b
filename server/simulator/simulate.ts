import type { NewRetention } from "../domain/store/archive-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent } from "../domain/testing/domain-scene.ts";
import { endFaults, liveFaults } from "./faults.ts";
import { checkAtEnd } from "./final-checks.ts";
import { liveHolds } from "./holds.ts";
import { Machine } from "./machine.ts";
import { Owner } from "./owner.ts";
import type { SimulatedProcess } from "./process.ts";
import { Random } from "./random.ts";
import { settle } from "./settle.ts";
import { drawChange } from "./timings.ts";
import type { Violation } from "./violation.ts";
import { liveVisitors, VISIT_EVERY_MS } from "./visitors.ts";
import { log, Worker, type WorkerPace } from "./worker.ts";
import { World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Machines of a company. */
const COMPANY_MACHINES = 10;
/** In simulations that are longer, what a worker does for its own sake comes less often: it looks through all that there is. */
const SHORT_DAYS = 60;
/** How often a company is swept; it differs from seed to seed. */
const SWEEP_HOURS = [8, 36, 48, 48];
const SET_UP_MS = HOUR_MS;
/** Whatever was under way has ended by then. */
const LAST_CALLS_MS = 14 * HOUR_MS;
/** Long enough for two rounds of scrubbing and all sweeps. */
const SETTLE_MS = 800 * DAY_MS;

export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  readonly machines: number;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violation: Violation | null;
  /** The last ones before it. */
  readonly events: readonly string[];
  readonly snapshots: number;
  readonly runs: number;
  readonly deletedPacks: number;
  /** How many ever came into the archive, and how many of them it let go again. */
  readonly frozen: number;
  readonly expired: number;
}

/** One seed: so many days of so many machines, with everything that can go wrong, compared with the plain model all the time and at the end. */
export async function simulate({ seed, days, machines }: SimulationOptions): Promise<SimulationResult> {
  const { timeZone, changesAtMs } = drawChange(new Random(seed + 1));
  // The clocks of the zone change somewhere in the middle, as long as there is one.
  const startMs = changesAtMs - (0.2 + ((seed % 7) / 7) * 0.6) * Math.min(days, SHORT_DAYS) * DAY_MS;
  const world = new World(seed, Math.round(startMs));
  let fault: unknown = null;
  try {
    await live(world, { days, machines, timeZone });
  } catch (error) {
    if (error !== world.violation) fault = error;
  }
  if (fault !== null) world.violate("fault", fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  const { violation, events, model } = world;
  const { snapshots, runs, deletedPackIds } = model;
  const frozen = snapshots.filter((each) => each.frozen !== null).length;
  const expired = snapshots.filter(({ isExpired }) => isExpired).length;
  const counts = { snapshots: snapshots.length, runs: runs.size, deletedPacks: deletedPackIds.size, frozen, expired };
  return { seed, violation, events, ...counts };
}

interface Life {
  readonly days: number;
  readonly machines: number;
  readonly timeZone: string;
}

async function live(world: World, { days, machines: count, timeZone }: Life): Promise<void> {
  log.level = "silent";
  const { timeline } = world;
  const gateway = world.openProcess("gateway");
  const owner = new Owner(world, timeZone);
  const machines: Machine[] = [];
  timeline.spawn(async () => {
    machines.push(...(await enrolMachines(world, { count, gateway, owner })));
  });
  await timeline.runUntil(timeline.nowMs + SET_UP_MS);
  await world.store.putRetention(null, { ...retentionOf(world.random), byPersonId: "" });
  const pace = paceOf(days, world.random);
  const processes = [world.openProcess("worker 1"), world.openProcess("worker 2")];
  const targets = { world, machines, processes: [gateway, ...processes] };
  for (const machine of machines) timeline.spawn(() => machine.live());
  for (const process of processes) new Worker(world, process, pace).live();
  timeline.spawn(() => liveFaults(targets, (days > SHORT_DAYS ? 48 : 10) * HOUR_MS));
  timeline.spawn(() => liveVisitors({ world, gateway, machines }, VISIT_EVERY_MS));
  timeline.spawn(() => liveHolds(world, Math.max(4, days / 6) * DAY_MS));
  timeline.spawn(() => owner.live(machines, Math.max(8, days / 3) * DAY_MS));
  await timeline.runUntil(timeline.nowMs + days * DAY_MS);
  endFaults(targets);
  world.isEnding = true;
  const faultsEndedMs = world.databaseNow().getTime();
  await timeline.runUntil(timeline.nowMs + LAST_CALLS_MS);
  const companyIds = [...new Set(machines.map(({ agent }) => agent.row.companyId))];
  const last = new Worker(world, world.openProcess("last worker"), pace);
  let settledMs = 0;
  timeline.spawn(async () => {
    await settle(world, last, companyIds);
    settledMs = world.databaseNow().getTime();
  });
  await timeline.runUntil(timeline.nowMs + SETTLE_MS);
  await checkAtEnd({ world, companyIds, owners: [owner], faultsEndedMs, settledMs });
  if (world.violation) throw world.violation;
}

interface Enrolment {
  readonly count: number;
  readonly gateway: SimulatedProcess;
  readonly owner: Owner;
}

async function enrolMachines(world: World, { count, gateway, owner }: Enrolment): Promise<Machine[]> {
  const scenes = await foundCompanies(world, Math.max(2, Math.ceil(count / COMPANY_MACHINES)));
  const shared = scenes.map((): Uint8Array[] => []);
  const machines: Machine[] = [];
  for (let at = 0; at < count; at++) {
    const scene = scenes[at % scenes.length];
    const content = shared[at % scenes.length];
    if (!scene || !content) throw new Error("no company");
    const machine = new Machine({ world, scene, gateway, shared: content, agent: await enrolTestAgent(scene) });
    await owner.setUp(machine, scene.ownerId);
    machines.push(machine);
  }
  return machines;
}

async function foundCompanies(world: World, count: number): Promise<DomainScene[]> {
  const { store, tools } = world;
  const setUp = world.openProcess("set-up");
  const source = { ...tools, now: () => world.databaseNow() };
  const scenes: DomainScene[] = [];
  for (let at = 0; at < count; at++) scenes.push(await createDomainScene(store, setUp.deps.zones.all(), source));
  return scenes;
}

/** Short enough for snapshots to come to their end while the simulation lasts. */
function retentionOf(random: Random): Pick<NewRetention, "level" | "subjectId" | "settings"> {
  const settings = {
    freezeAfterDays: random.pick([1, 3, 8]),
    dailyDays: random.pick([6, 12, 40]),
    weeklyWeeks: random.pick([0, 2]),
    monthlyMonths: random.pick([0, 1]),
    yearlyYears: random.pick([0, 1]),
  };
  return { level: "provider", subjectId: "", settings };
}

function paceOf(days: number, random: Random): WorkerPace {
  const isShort = days <= SHORT_DAYS;
  return {
    replicateEveryMs: (isShort ? 45 : 90) * MINUTE_MS,
    ledgerEveryMs: (isShort ? 25 : 40) * MINUTE_MS,
    scrubEveryMs: (isShort ? 1 : 96) * HOUR_MS,
    scrubSteps: isShort ? 1 : 60,
    sweepEveryMs: (isShort ? random.pick(SWEEP_HOURS) : 24 * 30) * HOUR_MS,
    ageEveryMs: (isShort ? 12 : 24 * 15) * HOUR_MS,
    scrubDays: isShort ? 30 : 180,
  };
}
