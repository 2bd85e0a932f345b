import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { resolveRetention } from "../../domain/retention/effective-retention.ts";
import { planRetention, type RetentionStep } from "../../domain/retention/plan-retention.ts";
import { resolveSchedule } from "../../domain/schedule/effective-schedule.ts";
import { readMachineSchedules } from "../../domain/schedule/machine-schedules.ts";
import type { SourceRow } from "../../domain/store/store-reads.ts";
import { SWEEP_JOBS } from "../../domain/store/sweep-store.ts";
import type { DeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import type { Logger } from "../../platform/log.ts";
import type { DeleteOptions } from "../sweep/delete-packs.ts";
import { deleteLetGo } from "./delete-let-go.ts";
import { encodeFreezeCursor, type FreezeCursor, parseFreezeCursor } from "./freeze-cursor.ts";
import type { FreezeProblem } from "./freeze-problem.ts";
import { type FreezeProgress, SnapshotFreeze } from "./freeze-snapshot.ts";

/** A step ends after this, so that a lease of 90 s is never outlived: nothing in it takes longer than the rest. */
const STEP_MS = 45_000;
const LEASE_MS = 90_000;
const PAGE_SOURCES = 500;
/** Of one source, oldest first: more that wait say nothing new. */
const MAX_DUE = 1_000;

export interface AgeOptions extends DeleteOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  /** Who holds the lease: a name of this process. */
  readonly owner: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

export interface AgeResult {
  /** `busy`: somebody else is at it, or a sweep of the archive is under way. `more`: time is up, go on at once. */
  readonly kind: "busy" | "more" | "done";
  readonly frozen: number;
  /** Frozen ones that a hold keeps for longer. */
  readonly extended: number;
  readonly leftBackup: number;
  readonly expired: number;
  /** Manifests and what lay beside them, in every zone. */
  readonly deletedObjects: number;
  /** Snapshots that could not be frozen or extended now, and why the first of them could not. */
  readonly stuck: number;
  readonly problem: FreezeProblem | null;
  /** Why nothing was deleted. */
  readonly held: DeletionHold | null;
}

type Totals = { -readonly [Name in Exclude<keyof AgeResult, "kind">]: AgeResult[Name] };
const NOTHING_DONE: Totals = {
  ...{ frozen: 0, extended: 0, leftBackup: 0, expired: 0, deletedObjects: 0, stuck: 0 },
  ...{ problem: null, held: null },
};

/**
 * [Note: One at a time]
 *
 * One step of ageing a company: from its cursor, for at most 45 s, under its own fencing token. What the plan lets go leaves, what it has frozen is frozen one
 * snapshot after the other, then the objects of what was let go are deleted. A freeze counts on packs that the archive has already, and a sweep of
 * the archive deletes packs that nothing reaches; so both go by the same job, and neither begins while the other is in the middle.
 */
export async function ageCompany(options: AgeOptions, companyId: string): Promise<AgeResult> {
  const { store } = options.deps;
  const job = { companyId, name: SWEEP_JOBS.archive };
  const taken = await store.takeJob(job, options.owner, LEASE_MS);
  if (!taken) return { kind: "busy", ...NOTHING_DONE };
  const { fencingToken } = taken;
  let cursor = taken.cursor;
  const save = (leaseMs: number) => store.saveJob(job, { fencingToken, cursor, leaseMs });
  const step = new AgeStep(options, companyId, fencingToken);
  try {
    const open = parseFreezeCursor(cursor);
    if (cursor !== null && open === null) return { kind: "busy", ...NOTHING_DONE };
    const isDone = await step.run(open, async (next) => {
      cursor = next && encodeFreezeCursor(next);
      return save(LEASE_MS);
    });
    return { kind: isDone ? "done" : "more", ...step.totals };
  } finally {
    await save(0);
  }
}

class AgeStep {
  readonly totals: Totals = { ...NOTHING_DONE };
  readonly #options: AgeOptions;
  readonly #companyId: string;
  readonly #freezing: SnapshotFreeze;
  readonly #endMs: number;

  constructor(options: AgeOptions, companyId: string, fencingToken: number) {
    this.#options = options;
    this.#companyId = companyId;
    this.#freezing = new SnapshotFreeze({ deps: options.deps, companyId, fencingToken });
    this.#endMs = options.now().getTime() + STEP_MS;
  }

  /** True when nothing is left to do now. `save` answers false when the lease is lost. */
  async run(open: FreezeCursor | null, save: (cursor: FreezeCursor | null) => Promise<boolean>): Promise<boolean> {
    if (open && !(await this.#freeze(open, save))) return false;
    for await (const source of this.#sources()) {
      const steps = await this.#plan(source);
      await this.#letGo(steps);
      for (const step of steps) {
        if (!isFreeze(step)) continue;
        const { snapshotId, snapshotClass, retainUntil } = step;
        const freeze = { snapshotId, snapshotClass, retainUntilMs: retainUntil.getTime() };
        const place = { phase: step.kind === "freeze" ? "clear" : "clear_again" } as const;
        if (!(await this.#freeze({ freeze, place }, save))) return false;
      }
      // What waited for them may leave now.
      if (steps.some(isFreeze)) await this.#letGo(await this.#plan(source));
      if (this.#isOver()) return false;
    }
    const deleted = await deleteLetGo(this.#options, this.#companyId, () => this.#isOver());
    this.totals.deletedObjects += deleted.objects;
    this.totals.held = deleted.held;
    return !deleted.isMore;
  }

  /** False when it has to go on in another step. */
  async #freeze(begun: FreezeCursor, save: (cursor: FreezeCursor | null) => Promise<boolean>): Promise<boolean> {
    const { companyId, log } = { companyId: this.#companyId, log: this.#options.log };
    for (let cursor = begun; ; ) {
      if (this.#isOver() || !(await save(cursor))) return false;
      const progress = await this.#advance(cursor);
      switch (progress.kind) {
        case "more":
          cursor = { ...cursor, place: progress.place };
          continue;
        case "lease_lost":
          return false;
        case "stuck":
          log.error({ companyId, ...cursor.freeze, ...progress.problem }, "a snapshot cannot be frozen now");
          await this.#noteProblem(cursor.freeze.snapshotId, progress.problem.code);
          this.totals.stuck += 1;
          this.totals.problem ??= progress.problem;
          break;
        case "frozen":
        case "extended":
          this.totals[progress.kind] += 1;
          break;
        case "gone":
          break;
      }
      return save(null);
    }
  }

  /** What breaks off, as in a zone that is away, is a reason as well. */
  async #advance(cursor: FreezeCursor): Promise<FreezeProgress> {
    try {
      return await this.#freezing.advance(cursor);
    } catch (error) {
      const code = error instanceof ZoneError ? error.code : "fault";
      await this.#noteProblem(cursor.freeze.snapshotId, code);
      throw error;
    }
  }

  async #noteProblem(snapshotId: string, code: string): Promise<void> {
    const { store } = this.#options.deps;
    const snapshot = await store.findSnapshot(this.#companyId, snapshotId);
    if (snapshot) await store.noteFreezeProblem(this.#companyId, snapshot.commit, code);
  }

  /** What is due is written down: should it stay so for long, it is an incident ([Note: Incidents]). */
  async #plan(source: SourceRow): Promise<readonly RetentionStep[]> {
    const steps = await this.#decide(source);
    const due = steps.filter(isFreeze).map(({ commit }) => commit);
    await this.#options.deps.store.putDueFreezes(this.#companyId, source.sourceId, due.slice(0, MAX_DUE));
    return steps;
  }

  async #decide({ machineId, sourceId }: SourceRow): Promise<readonly RetentionStep[]> {
    const { store } = this.#options.deps;
    const snapshots = await store.listAgingSnapshots(this.#companyId, sourceId);
    if (snapshots.length === 0) return [];
    const retention = resolveRetention(await store.listRetention(this.#companyId, { machineId, sourceId })).values;
    const { sources, machine } = await readMachineSchedules({ store }, this.#companyId, machineId);
    const layers = sources.find(({ source }) => source.sourceId === sourceId)?.layers ?? machine;
    const { timeZone } = resolveSchedule(layers).timing;
    return planRetention(snapshots, { retention, timeZone, now: await store.getTime() });
  }

  async #letGo(steps: readonly RetentionStep[]): Promise<void> {
    const { store } = this.#options.deps;
    const commitsOf = (kind: RetentionStep["kind"]) =>
      steps.filter((step) => step.kind === kind).map(({ commit }) => commit);
    const [leaving, expiring] = [commitsOf("leave_backup"), commitsOf("expire")];
    if (leaving.length > 0) this.totals.leftBackup += (await store.leaveBackup(this.#companyId, leaving)).length;
    if (expiring.length > 0) this.totals.expired += (await store.expireArchived(this.#companyId, expiring)).length;
  }

  async *#sources(): AsyncGenerator<SourceRow> {
    const { store } = this.#options.deps;
    for (let after: string | undefined; ; ) {
      const page: readonly SourceRow[] = await store.listSources(this.#companyId, { after, limit: PAGE_SOURCES });
      yield* page;
      if (page.length < PAGE_SOURCES) return;
      after = page.at(-1)?.sourceId;
    }
  }

  #isOver(): boolean {
    return this.#options.signal?.aborted === true || this.#options.now().getTime() >= this.#endMs;
  }
}

function isFreeze(step: RetentionStep): step is Extract<RetentionStep, { readonly retainUntil: Date }> {
  return step.kind === "freeze" || step.kind === "extend";
}
