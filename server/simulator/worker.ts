import type { PackTier } from "../../engine/format/pack-index.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { endExpiredRuns } from "../domain/run/end-expired-runs.ts";
import { keepLedger } from "../domain/schedule/keep-ledger.ts";
import { createLog } from "../platform/log.ts";
import { ageCompany } from "../worker/archive/age-company.ts";
import { FindWork } from "../worker/find-work.ts";
import { probeZones } from "../worker/probe-zones.ts";
import { replicate } from "../worker/replication/replicate.ts";
import { scrub } from "../worker/scrub/scrub.ts";
import { traceFindings } from "../worker/scrub/trace-findings.ts";
import { DriftWatch } from "../worker/sweep/read-evidence.ts";
import { GRACE_MS, REST_MS, sweep } from "../worker/sweep/sweep.ts";
import { Crash } from "./network.ts";
import type { SimulatedProcess } from "./process.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How late a run may begin, as `HOLDFAST_MISSED_GRACE_SECONDS` says by default. */
export const MISSED_GRACE_MS = 15 * MINUTE_MS;
/** What a frame is taken for: with it about one pack in ten is looked at for repacking, as in a service with real sizes. */
const FRAME_BYTES = 150;
/** More than any simulation has. */
const MAX_COMPANIES = 500;
/** Steps of one sweep in a row; each ends after 45 s. */
const MAX_SWEEP_STEPS = 50;

export const log = createLog("simulator");
log.level = "silent";

export interface WorkerPace {
  /** Copies are looked for so often; a real worker looks every second. */
  readonly replicateEveryMs: number;
  readonly ledgerEveryMs: number;
  readonly scrubEveryMs: number;
  /** Steps of each scrub that are made when it is looked for, a minute apart. */
  readonly scrubSteps: number;
  readonly sweepEveryMs: number;
  readonly scrubDays: number;
  readonly ageEveryMs: number;
}

/** One thing that a worker does again and again, and how often about. */
export interface WorkerStep {
  readonly name: string;
  readonly everyMs: number;
  readonly work: (worker: WorkerTools) => Promise<void>;
}

export interface WorkerTools {
  readonly world: World;
  readonly process: SimulatedProcess;
  readonly pace: WorkerPace;
  readonly owner: string;
  readonly drift: DriftWatch;
  readonly findWork: FindWork;
}

/** What workers do. */
export function listWorkerSteps(pace: WorkerPace): readonly WorkerStep[] {
  return [
    { name: "housekeeping", everyMs: pace.ledgerEveryMs, work: keepHouse },
    { name: "replication", everyMs: pace.replicateEveryMs, work: replicateAll },
    { name: "scrub", everyMs: pace.scrubEveryMs, work: scrubAll },
    { name: "sweep", everyMs: pace.sweepEveryMs / 2, work: sweepAll },
    { name: "ageing", everyMs: pace.ageEveryMs, work: ageAll },
    { name: "probe", everyMs: 4 * HOUR_MS, work: ({ process }) => probeZones(process.deps) },
  ];
}

/** A worker process: its steps go on side by side, and end together when it dies. */
export class Worker {
  readonly #world: World;
  readonly #process: SimulatedProcess;
  readonly #pace: WorkerPace;
  #tools: WorkerTools;
  #life: SimulatedProcess["life"];

  constructor(world: World, process: SimulatedProcess, pace: WorkerPace) {
    this.#world = world;
    this.#process = process;
    this.#pace = pace;
    this.#life = process.life;
    this.#tools = this.#begin();
  }

  live(): void {
    for (const step of listWorkerSteps(this.#pace)) this.#world.timeline.spawn(() => this.#repeat(step));
  }

  /** One step, now, outside of its pace. */
  async make({ name, work }: WorkerStep): Promise<void> {
    try {
      await work(this.#tools);
    } catch (error) {
      if (!(error instanceof Crash || error instanceof ZoneError)) throw error;
      if (error instanceof Crash) this.#world.note(`${this.#process.name} died in ${name}`);
    }
    this.#restart();
  }

  async #repeat(step: WorkerStep): Promise<void> {
    const { random, timeline } = this.#world;
    while (!this.#world.isEnding) {
      await timeline.pass(random.between(step.everyMs / 2, (step.everyMs * 3) / 2));
      if (this.#world.isEnding) return;
      // A process that died is started again after a while, by a supervisor.
      if (this.#process.life.isOver) await timeline.pass(random.between(1_000, 5 * MINUTE_MS));
      this.#restart();
      await this.make(step);
    }
  }

  #restart(): void {
    this.#process.restart();
    if (this.#life === this.#process.life) return;
    this.#life = this.#process.life;
    this.#tools = this.#begin();
  }

  #begin(): WorkerTools {
    const [world, process, pace] = [this.#world, this.#process, this.#pace];
    const now = () => world.hostNow();
    const findWork = new FindWork({ store: process.deps.store, zones: process.deps.zones, now });
    const drift = new DriftWatch(() => world.timeline.nowMs);
    return { world, process, pace, owner: process.name, drift, findWork };
  }
}

async function keepHouse({ process }: WorkerTools): Promise<void> {
  await endExpiredRuns(process.deps);
  await keepLedger(process.deps, MISSED_GRACE_MS);
}

export async function replicateAll({ world, process, owner, findWork }: WorkerTools): Promise<void> {
  const now = () => world.hostNow();
  for (const pair of await findWork.listPairs()) {
    const result = await replicate({ deps: process.deps, owner, log, now }, pair.companyId, pair.zoneId);
    if (result.kind === "done" && result.copied === 0 && result.waiting > 0) findWork.rest(pair);
  }
}

export async function scrubAll({ world, process, owner, pace }: WorkerTools): Promise<void> {
  const options = { deps: process.deps, owner, log, now: () => world.hostNow(), daysPerRound: pace.scrubDays };
  const { store, zones } = process.deps;
  for (let steps = 0; steps < pace.scrubSteps; steps++) {
    for (const zone of zones.all()) {
      if (!(await zone.probe()).isReachable) continue;
      for (const companyId of await store.listScrubsDue(zone.zoneId)) await scrub(options, companyId, zone.zoneId);
    }
    if (steps + 1 < pace.scrubSteps) await world.timeline.pass(MINUTE_MS);
  }
  for (const companyId of await store.listCompaniesToTrace()) await traceFindings(options, companyId);
}

function deletingOptions({ world, process: { deps }, owner, drift }: WorkerTools) {
  return {
    ...{ deps, owner, log, drift, now: () => world.hostNow() },
    controlTerm: () => deps.store.getControlTerm(),
    // The journal is not part of this: `server/worker/journal` and `recover` have their own proofs.
    awaitJournal: async () => true,
  };
}

export async function sweepAll(tools: WorkerTools): Promise<void> {
  const { store } = tools.process.deps;
  for (const tier of ["backup", "archive"] as const) {
    for (const companyId of await store.listCompaniesToSweep(tier, tools.pace.sweepEveryMs)) {
      await sweepOne(tools, companyId, tier);
    }
  }
}

async function sweepOne(tools: WorkerTools, companyId: string, tier: PackTier): Promise<void> {
  const { world } = tools;
  const options = { ...deletingOptions(tools), graceMs: GRACE_MS, restMs: REST_MS, frameBytes: FRAME_BYTES };
  for (let steps = 0; steps < MAX_SWEEP_STEPS; steps++) {
    const result = await sweep(options, companyId, tier);
    const { kind, held, quarantined, deleted, repacked, rescued } = result;
    if (quarantined + deleted + repacked + rescued > 0 || held) {
      world.note(
        `sweep of ${tier} of ${companyId.slice(-4)}: ${JSON.stringify({ quarantined, deleted, repacked, rescued, held })}`,
      );
    }
    if (kind !== "more") return;
  }
}

export async function ageAll(tools: WorkerTools): Promise<void> {
  const { world, process } = tools;
  const order = { sort: "created", isDescending: false, states: [], limit: MAX_COMPANIES } as const;
  for (const { companyId } of await process.deps.store.listCompanies(order)) {
    for (let steps = 0; steps < MAX_SWEEP_STEPS; steps++) {
      const { kind, ...done } = await ageCompany(deletingOptions(tools), companyId);
      if (Object.values(done).some((figure) => figure !== 0 && figure !== null)) {
        world.note(`ageing of ${companyId.slice(-4)}: ${JSON.stringify(done)}`);
      }
      if (kind !== "more") break;
    }
  }
}
