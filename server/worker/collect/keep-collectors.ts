import { setTimeout as sleep } from "node:timers/promises";
import { type CollectorStep, planCollector } from "../../domain/collector/plan-collector.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { planAgentStarts } from "../../domain/schedule/plan-agent-starts.ts";
import type { CollectorRow } from "../../domain/store/collector-store.ts";
import type { Logger } from "../../platform/log.ts";
import { CollectorFolders, lookAtFolder, realFolders } from "./collector-folders.ts";
import { type ProgramEnd, type ProgramOptions, runAgentProgram } from "./run-program.ts";

/** What a consent, a due time or a withdrawal waits at most until somebody looks. */
const LOOK_MS = 5_000;
/** After a failure; doubled each time. */
const REST_MS = [15_000, 15 * 60_000] as const;
/** Neither is a failure: a program of a worker that was killed may still be ending, and a company may have enough runs open. */
const NO_PROBLEM: ReadonlySet<string> = new Set(["stopped", "agent_busy", "company_busy"]);

export interface KeepCollectorsOptions {
  readonly deps: Pick<DomainDeps, "store">;
  /** Where their identities lie. */
  readonly folder: string;
  /** Folders below which they may read. */
  readonly roots: readonly string[];
  /** What is the service's own, and never read: its data folder and its zones. */
  readonly ownFolders: readonly string[];
  /** How many back up at a time. */
  readonly atOnce: number;
  readonly memoryMib: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly run?: (args: readonly string[], options: ProgramOptions) => Promise<ProgramEnd>;
}

/**
 * Runs the provider's collectors until the signal: enrols those that an owner has consented to, starts each when the schedule says so, at most
 * `atOnce` at a time, and stops and forgets those that have ended. A fault is logged and tried again; it never ends the process.
 */
export async function keepCollectors(options: KeepCollectorsOptions): Promise<void> {
  const keeper = new CollectorKeeper(options);
  const { signal, log } = options;
  while (!signal.aborted) {
    await keeper
      .look()
      .catch((error: unknown) => log.error({ err: error }, "collectors have a fault; it is tried again"));
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  await keeper.stop();
}

interface Work {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

interface Rest {
  readonly untilMs: number;
  readonly nextMs: number;
}

export class CollectorKeeper {
  readonly #options: KeepCollectorsOptions;
  readonly #folders: CollectorFolders;
  /** By collector. */
  readonly #working = new Map<string, Work>();
  readonly #resting = new Map<string, Rest>();
  readonly #startedAtMs = new Map<string, number>();

  constructor(options: KeepCollectorsOptions) {
    this.#options = options;
    this.#folders = new CollectorFolders(options.folder);
  }

  /** Looks once at every collector and starts what is due; does not wait for what it started. */
  async look(): Promise<void> {
    const { store } = this.#options.deps;
    const open = await store.listOpenCollectors();
    await this.#forgetEnded(open);
    // Whoever finds no room is the next to have it, also when somebody makes room meanwhile.
    let isFull = false;
    for (const collector of this.#inTurn(open)) {
      const { collectorId } = collector;
      if (this.#working.has(collectorId) || this.#isResting(collectorId)) continue;
      const step = await this.#plan(collector, open);
      if (step.kind === "rest") await this.#note(collector, step.problem);
      else if (isFull || this.#working.size >= this.#options.atOnce) isFull = true;
      else this.#start(collector, step.kind);
    }
  }

  async stop(): Promise<void> {
    for (const { abort } of this.#working.values()) abort.abort();
    await this.idle();
    this.#folders.clearMemory();
  }

  /** Waits for what runs. */
  async idle(): Promise<void> {
    await Promise.all([...this.#working.values()].map(({ done }) => done));
  }

  /** Who worked last comes last: one that is always due keeps no other waiting. */
  #inTurn(open: readonly CollectorRow[]): CollectorRow[] {
    const lastOf = ({ collectorId }: CollectorRow) => this.#startedAtMs.get(collectorId) ?? 0;
    return open.toSorted((a, b) => lastOf(a) - lastOf(b));
  }

  async #plan(collector: CollectorRow, others: readonly CollectorRow[]): Promise<CollectorStep> {
    const { deps, roots, ownFolders } = this.#options;
    const { companyId, collectorId, agent } = collector;
    if (collector.consentedAt === null) return { kind: "rest", problem: null };
    const folder = await lookAtFolder(collector.path);
    const planned = agent === null ? null : await planAgentStarts(deps, { companyId, machineId: agent.machineId });
    const place = {
      hasState: this.#folders.hasState(collector),
      hasLink: (await deps.store.findCollectorLink(companyId, collectorId)) !== null,
      realPath: folder?.realPath ?? null,
      isEmpty: folder?.isEmpty ?? true,
      roots: realFolders(roots),
      ownFolders: realFolders(ownFolders),
    };
    const now = planned?.now ?? (await deps.store.getTime());
    const machine = agent === null ? null : await deps.store.findMachine(companyId, agent.machineId);
    const hasSnapshot = machine !== null && machine.lastSnapshotAt !== null;
    return planCollector(collector, place, { hasSnapshot, starts: planned?.starts ?? [], others, now });
  }

  #start(collector: CollectorRow, kind: "enrol" | "back_up"): void {
    const { collectorId } = collector;
    const abort = new AbortController();
    this.#startedAtMs.set(collectorId, performance.now());
    const work = kind === "enrol" ? this.#enrol(collector, abort.signal) : this.#backUp(collector, abort.signal);
    const done = work
      .then((end) => this.#settle(collector, end))
      .catch((error: unknown) => {
        this.#rest(collectorId);
        this.#options.log.error({ err: error, collectorId }, "a collector has a fault; it is tried again");
      })
      .finally(() => this.#working.delete(collectorId));
    this.#working.set(collectorId, { abort, done });
  }

  /** The link is forgotten only once the identity that it made is there: the program asks for the same one again until then. */
  async #enrol(collector: CollectorRow, signal: AbortSignal): Promise<ProgramEnd> {
    const { companyId, collectorId, name } = collector;
    const { store } = this.#options.deps;
    const link = await store.findCollectorLink(companyId, collectorId);
    if (link === null) return null;
    const end = await this.#runAgent(collector, ["enrol", "-", "--name", name], { signal, input: link });
    if (end === null) await store.forgetCollectorLink(companyId, collectorId);
    return end;
  }

  #backUp(collector: CollectorRow, signal: AbortSignal): Promise<ProgramEnd> {
    // Its source keeps its name, so that it stays one source wherever the folder may lie.
    return this.#runAgent(collector, ["backup", collector.path, "--source", "Hosted data"], { signal });
  }

  async #runAgent(
    collector: CollectorRow,
    args: readonly string[],
    { signal, input }: { readonly signal: AbortSignal; readonly input?: string },
  ): Promise<ProgramEnd> {
    const { memoryMib, run = runAgentProgram } = this.#options;
    const state = this.#folders.stateOf(collector);
    this.#folders.prepare(state, collector.collectorId);
    try {
      return await run([...args, "--state", state], { signal, memoryMib, ...(input !== undefined && { input }) });
    } finally {
      this.#folders.tidy(state);
    }
  }

  async #settle(collector: CollectorRow, end: ProgramEnd): Promise<void> {
    const { companyId, collectorId } = collector;
    this.#options.log.info({ companyId, collectorId, end: end ?? "done" }, "a collector has worked");
    const isFailure = end !== null && !NO_PROBLEM.has(end);
    // Who has only to wait for others comes again soon, however often: the pauses of failures would make its run late, and missed.
    if (!isFailure) this.#resting.delete(collectorId);
    if (end !== null) this.#rest(collectorId);
    await this.#note(collector, isFailure ? end : null);
  }

  async #note({ companyId, collectorId, problem: known }: CollectorRow, problem: string | null): Promise<void> {
    if (problem !== known) await this.#options.deps.store.noteCollectorProblem(companyId, collectorId, problem);
  }

  #rest(collectorId: string): void {
    const [firstMs, longestMs] = REST_MS;
    const pauseMs = this.#resting.get(collectorId)?.nextMs ?? firstMs;
    const rest = { untilMs: performance.now() + pauseMs, nextMs: Math.min(2 * pauseMs, longestMs) };
    this.#resting.set(collectorId, rest);
  }

  #isResting(collectorId: string): boolean {
    return performance.now() < (this.#resting.get(collectorId)?.untilMs ?? 0);
  }

  /** Only what the database says has ended: a database that does not know a collector may be the wrong one. */
  async #forgetEnded(open: readonly CollectorRow[]): Promise<void> {
    const isOpen = new Set(open.map(({ collectorId }) => collectorId));
    for (const place of this.#folders.list()) {
      if (isOpen.has(place.collectorId)) continue;
      const rows = await this.#options.deps.store.listCollectors(place.companyId);
      const row = rows.find(({ collectorId }) => collectorId === place.collectorId);
      if (row === undefined || row.endedAt === null) continue;
      const work = this.#working.get(place.collectorId);
      work?.abort.abort();
      await work?.done;
      this.#folders.remove(place);
      this.#options.log.info(place, "a collector has ended; its identity is destroyed");
    }
  }
}
