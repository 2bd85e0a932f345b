import { NO_FAULTS } from "../zones/faulty-zone.ts";
import type { Disk } from "./disk.ts";
import type { Machine } from "./machine.ts";
import { findLacking } from "./model.ts";
import type { SimulatedProcess } from "./process.ts";
import { type World, ZONE_IDS } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Objects of a disk that a fault takes at once, at most. */
const MAX_DAMAGED_SHARE = 0.3;
const MAX_DAMAGED = 200;
/** Newest snapshots that are looked at when a zone is left alone; at the end it is all of them. */
const MAX_COMPARED = 3_000;
/** Machines are due twice a day: when none has a snapshot for so long, backups do not go on. */
const WITHOUT_BACKUPS_MS = 48 * HOUR_MS;

export interface FaultTargets {
  readonly world: World;
  readonly machines: readonly Machine[];
  readonly processes: readonly SimulatedProcess[];
}

interface Fault {
  readonly name: string;
  /** Of all faults, how many are like this. */
  readonly weight: number;
  readonly happen: (targets: FaultTargets) => Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { name: "machine offline", weight: 5, happen: cutMachine },
  { name: "process killed", weight: 3, happen: killProcess },
  { name: "zone away", weight: 4, happen: takeZoneAway },
  { name: "link cut", weight: 4, happen: cutLink },
  { name: "zone errs", weight: 4, happen: makeZoneErr },
  { name: "bits rot", weight: 5, happen: damage("rot") },
  { name: "objects vanish", weight: 2, happen: damage("vanish") },
  { name: "database clock jumps", weight: 2, happen: jumpClock("databaseOffsetMs") },
  { name: "host clock jumps", weight: 1, happen: jumpClock("hostOffsetMs") },
];
const TOTAL_WEIGHT = FAULTS.reduce((sum, { weight }) => sum + weight, 0);

function drawFault(drawn: number): Fault {
  let left = drawn;
  for (const fault of FAULTS) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  throw new Error("weights do not add up");
}

/** One fault after the other begins, about so often; each ends by itself. */
export async function liveFaults(targets: FaultTargets, everyMs: number): Promise<void> {
  const { world } = targets;
  const { random, timeline, network } = world;
  Object.assign(network.faults, { crashShare: 0.0006, stallShare: 0.001 });
  while (!world.isEnding) {
    await timeline.pass(random.between(everyMs / 4, everyMs * 2));
    if (world.isEnding) return;
    const fault = drawFault(random.below(TOTAL_WEIGHT));
    timeline.spawn(() => fault.happen(targets));
  }
}

/** All is as it should be from now on. */
export function endFaults({ world, machines }: FaultTargets): void {
  const { network, zoneFaults, troubleSinceMs } = world;
  Object.assign(network.faults, { crashShare: 0, stallShare: 0 });
  network.cut.clear();
  for (const faults of zoneFaults.values()) Object.assign(faults, NO_FAULTS);
  world.setClocks({ databaseOffsetMs: 0, hostOffsetMs: 0 });
  troubleSinceMs.clear();
  for (const machine of machines) machine.isOffline = false;
}

async function cutMachine({ world, machines }: FaultTargets): Promise<void> {
  const machine = world.random.pick(machines);
  machine.isOffline = true;
  world.note(`machine ${machine.agent.row.machineId.slice(-4)} is offline`);
  await world.timeline.pass(world.random.between(20 * MINUTE_MS, 40 * HOUR_MS));
  machine.isOffline = false;
}

async function killProcess({ world, processes }: FaultTargets): Promise<void> {
  const process = world.random.pick(processes);
  world.note(`${process.name} is killed`);
  process.kill();
}

/** The store of a whole zone: nobody reaches it, for minutes or for days. */
async function takeZoneAway({ world, machines }: FaultTargets): Promise<void> {
  const zoneId = world.random.pick(ZONE_IDS);
  const trouble = `${zoneId} is away`;
  // Both at once is no more than a long pause for everybody.
  if (world.network.cut.size > 0) return;
  world.network.cut.add(zoneId);
  world.note(trouble);
  world.beginTrouble(trouble);
  for (const disk of world.disks.values()) if (disk.zoneId !== zoneId) requireWholeAlone(world, disk);
  const snapshots = world.model.snapshots.length;
  const beganMs = world.timeline.nowMs;
  const isLong = world.random.chance(0.3);
  await world.timeline.pass(
    isLong ? world.random.between(HOUR_MS, 5 * 24 * HOUR_MS) : world.random.between(MINUTE_MS, HOUR_MS),
  );
  world.network.cut.delete(zoneId);
  world.endTrouble(trouble);
  const isUnserved = world.model.snapshots.length === snapshots && !world.isEnding;
  if (
    isUnserved &&
    world.timeline.nowMs - beganMs > WITHOUT_BACKUPS_MS &&
    machines.some(({ isOffline }) => !isOffline)
  ) {
    world.violate("8", `no backup went on while ${trouble}`);
  }
  world.note(`${zoneId} is back`);
}

/** The zone that is left has everything up to its watermark, whatever the other one takes with it. */
function requireWholeAlone(world: World, disk: Disk): void {
  const { model } = world;
  for (const snapshot of model.snapshots.slice(-MAX_COMPARED)) {
    const { companyId, commit } = snapshot;
    if (!snapshot.isInBackup || commit > (model.watermarks.get(`${companyId}/${disk.zoneId}`) ?? 0)) continue;
    const lacking = findLacking(disk, snapshot, false);
    if (lacking)
      world.violate("8", `${disk.zoneId} is alone, and lacks ${lacking} of commit ${commit} below its watermark`);
  }
}

async function cutLink({ world, processes }: FaultTargets): Promise<void> {
  const link = `${world.random.pick(processes).name}/${world.random.pick(ZONE_IDS)}`;
  world.network.cut.add(link);
  world.note(`${link} is cut`);
  await world.timeline.pass(world.random.between(MINUTE_MS, 8 * HOUR_MS));
  world.network.cut.delete(link);
}

/** Refusals, lost answers, torn writes, and reads in which a bit is wrong. */
async function makeZoneErr({ world }: FaultTargets): Promise<void> {
  const zoneId = world.random.pick(ZONE_IDS);
  const faults = world.zoneFaults.get(zoneId);
  if (!faults) return;
  world.note(`${zoneId} errs`);
  Object.assign(faults, { errorRate: 0.05, lostAnswerRate: 0.05, tornWriteRate: 0.1, bitRotRate: 0.05 });
  await world.timeline.pass(world.random.between(10 * MINUTE_MS, 6 * HOUR_MS));
  Object.assign(faults, NO_FAULTS);
}

/** Only copies whose other copy is good: of what is lost everywhere there is nothing to show. */
function damage(kind: "rot" | "vanish"): Fault["happen"] {
  return async ({ world }) => {
    const { random } = world;
    const disks = random.chance(0.25) ? world.archives : world.disks;
    const disk = disks.get(random.pick(ZONE_IDS));
    const others = [...disks.values()].filter((each) => each !== disk);
    if (!disk) return;
    const keys = disk.goodKeys();
    const share = random.chance(0.15) ? random.next() * MAX_DAMAGED_SHARE : 0;
    const count = keys.length === 0 ? 0 : 1 + Math.min(MAX_DAMAGED, Math.floor(keys.length * share));
    let damaged = 0;
    for (let turn = 0; turn < count; turn++) {
      const key = random.pick(keys);
      const isSafe = !key.startsWith("control/") && disk.isGood(key) && others.every((other) => other.isGood(key));
      if (!isSafe) continue;
      damaged++;
      if (kind === "vanish") disk.vanish(key);
      else disk.rot(key, random.next32());
    }
    world.note(`${damaged} objects in ${disk.zoneId}: ${kind}`);
  };
}

/** A clock is set wrong, and right again after a while. Nobody's schedule is planned further ahead than that. */
function jumpClock(clock: "databaseOffsetMs" | "hostOffsetMs"): Fault["happen"] {
  return async ({ world }) => {
    if (world.clocks[clock] !== 0) return;
    const offsetMs = world.random.between(-100, 100) * MINUTE_MS;
    world.note(`${clock} is ${offsetMs / MINUTE_MS} min`);
    world.setClocks({ [clock]: offsetMs });
    await world.timeline.pass(world.random.between(10 * MINUTE_MS, 24 * HOUR_MS));
    world.setClocks({ [clock]: 0 });
    world.note(`${clock} is right again`);
  };
}
