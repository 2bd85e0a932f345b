import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { type MarkLease, SWEEP_JOBS, type SweepPack, type SweepPage } from "../../domain/store/sweep-store.ts";
import type { DeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { planSweep, SPARSE_SHARE, type SweepView } from "../../domain/sweep/plan-sweep.ts";
import {
  encodeSweepCursor,
  parseSweepCursor,
  type SweepCursor,
  type SweepPlace,
} from "../../domain/sweep/sweep-cursor.ts";
import type { Logger } from "../../platform/log.ts";
import { keptByZone } from "./delete-objects.ts";
import { type DeleteOptions, deleteBatch } from "./delete-packs.ts";
import { Marker, type MarkProblem, type MarkProgress } from "./mark-reached.ts";
import { repackSparse } from "./repack.ts";

/** A step ends after this, so that a lease of 90 s is never outlived: nothing in it takes longer than the rest. */
const STEP_MS = 45_000;
const LEASE_MS = 90_000;
/** Packs planned at a time. */
const BATCH_PACKS = 500;
/** Packs repacked at a time, each read whole: at most 512 MiB, which a slow bucket gives in half a minute. */
const BATCH_REPACKS = 16;
/** Packs deleted at a time; before each batch all zones are asked. */
const BATCH_DELETES = 100;
/** Index entries looked at at a time; under a second. */
const BATCH_CHUNKS = 50_000;
/** Whatever held deletion up may be over soon. */
const RETRY_MS = 3_600_000;
/**
 * Live packs younger than this are left alone: a first backup over a slow line breaks off and goes on for days, and what it sent must not have to be
 * sent again.
 */
export const GRACE_MS = 3 * 24 * 3_600_000;
/** Longer than a copy that was begun before the quarantine may still be under way: a replication's step and a put's deadline are under 2 min. */
export const REST_MS = 15 * 60_000;
/** Small chunks come in frames of about as much; a large one is 256 KiB on average. */
export const FRAME_BYTES = 512 * 1024;

export interface SweepOptions extends DeleteOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  /** Who holds the lease: a name of this process. */
  readonly owner: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  readonly graceMs: number;
  readonly restMs: number;
  /** What a frame is taken for until its pack has been read. */
  readonly frameBytes: number;
}

export interface SweepResult {
  /** `busy`: somebody else is at it. `more`: time is up, go on at once. `done`: the round is over. */
  readonly kind: "busy" | "more" | "done";
  readonly quarantined: number;
  readonly rescued: number;
  /** Packs whose reached frames lie in another one now as well. */
  readonly repacked: number;
  readonly deleted: number;
  readonly deletedBytes: number;
  /** Why not more was deleted. */
  readonly held: DeletionHold | MarkProblem | null;
}

type Totals = { -readonly [Name in Exclude<keyof SweepResult, "kind">]: SweepResult[Name] };
const NOTHING_DONE: Totals = { quarantined: 0, rescued: 0, repacked: 0, deleted: 0, deletedBytes: 0, held: null };

/**
 * One step of sweeping a company: from its cursor, for at most 45 s, under its own fencing token. It never waits for a backup, and no backup for it but for
 * the moment in which packs change their state. Everything it does may be done again, so a crash anywhere costs what one batch did.
 *
 * A round marks from scratch ([Note: The marking]), copies together what is reached of packs that hold little else, quarantines what no snapshot
 * reaches, and deletes what an earlier round quarantined and this one did not reach either, once every run that was open then has ended. A snapshot that
 * is published meanwhile outdates the marks: what it reaches is marked, too, and then the round goes on.
 */
export async function sweep(options: SweepOptions, companyId: string, tier: PackTier = "backup"): Promise<SweepResult> {
  const { store } = options.deps;
  const job = { companyId, name: SWEEP_JOBS[tier] };
  const taken = await store.takeJob(job, options.owner, LEASE_MS);
  if (!taken) return { kind: "busy", ...NOTHING_DONE };
  const { fencingToken } = taken;
  const run = new SweepRun(options, companyId, { jobName: job.name, tier, fencingToken });
  const endMs = options.now().getTime() + STEP_MS;
  const isOver = () => options.now().getTime() >= endMs || options.signal?.aborted === true;
  let cursor = parseSweepCursor(taken.cursor);
  if (cursor === null && taken.cursor !== null && tier === "archive") {
    // A freeze is under way.
    await store.saveJob(job, { fencingToken, cursor: taken.cursor, leaseMs: 0 });
    return { kind: "busy", ...NOTHING_DONE };
  }
  let isDone = false;
  const save = (leaseMs: number) =>
    store.saveJob(job, { fencingToken, cursor: cursor && encodeSweepCursor(cursor), leaseMs });
  try {
    cursor ??= await run.begin();
    while (cursor !== null && !isOver()) {
      const next: SweepCursor | "done" | "lost" = await run.advance(cursor);
      if (next === "lost") break;
      isDone = next === "done";
      cursor = next === "done" ? null : next;
      if (isDone || !(await save(LEASE_MS))) break;
    }
  } finally {
    await save(0);
  }
  return { kind: isDone ? "done" : "more", ...run.totals };
}

class SweepRun {
  readonly totals: Totals = { ...NOTHING_DONE };
  readonly #options: SweepOptions;
  readonly #companyId: string;
  readonly #lease: MarkLease;
  readonly #marker: Marker;

  constructor(options: SweepOptions, companyId: string, lease: MarkLease) {
    this.#options = options;
    this.#companyId = companyId;
    this.#lease = lease;
    this.#marker = new Marker({ deps: options.deps, companyId, lease: this.#lease });
  }

  async begin(): Promise<SweepCursor | null> {
    const begun = await this.#options.deps.store.beginSweep(this.#companyId, this.#lease, { isPlanOnly: false });
    // What is locked stays where it is, however little of it is reached, so nothing is repacked in the archive.
    const afterwards: SweepPlace =
      this.#lease.tier === "backup" ? { phase: "repack", after: 0 } : { phase: "decide", after: 0 };
    return begun && { ...begun, place: { phase: "clear" }, afterwards };
  }

  /** One batch; returns where to go on. */
  async advance(cursor: SweepCursor): Promise<SweepCursor | "done" | "lost"> {
    const { place } = cursor;
    switch (place.phase) {
      case "clear": {
        const outcome = await this.#options.deps.store.clearMarks(this.#companyId, this.#lease);
        if (outcome === "lease_lost") return "lost";
        return outcome === "more" ? cursor : at(cursor, { phase: "roots", after: 0 });
      }
      case "roots": {
        const progress = await this.#marker.markRoots(place.after);
        return this.#afterMarking(cursor, progress, {
          more: (after) => ({ phase: "roots", after }),
          done: { phase: "mark" },
        });
      }
      case "mark": {
        const progress = await this.#marker.enterPages();
        return this.#afterMarking(cursor, progress, {
          more: () => ({ phase: "mark" }),
          done: cursor.afterwards,
        });
      }
      case "repack":
        return this.#repack(cursor, place.after);
      case "decide":
        return this.#decide(cursor, place.after);
      case "delete":
        return this.#delete(cursor, place);
      case "chunks":
        return this.#dropChunks(cursor, place.after);
    }
  }

  async #afterMarking(
    cursor: SweepCursor,
    progress: MarkProgress,
    next: { readonly more: (after: number) => SweepPlace; readonly done: SweepPlace },
  ): Promise<SweepCursor | "done" | "lost"> {
    switch (progress.kind) {
      case "lease_lost":
        return "lost";
      case "stuck":
        return this.#hold(cursor, progress.problem);
      case "more":
        return at(cursor, next.more(progress.after));
      case "done":
        return at(cursor, next.done);
    }
  }

  async #repack(cursor: SweepCursor, after: number): Promise<SweepCursor | "lost"> {
    const { deps, frameBytes } = this.#options;
    const sparseFrameBytes = frameBytes / SPARSE_SHARE;
    const packs = await this.#list({ after, limit: BATCH_REPACKS, states: ["live"], sparseFrameBytes });
    if (packs === null) return "lost";
    const sparse = planSweep(packs, this.#viewOf(cursor)).filter(({ kind }) => kind === "repack");
    const options = { deps, companyId: this.#companyId, lease: this.#lease };
    const { repacked, isZoneAway } = await repackSparse(
      options,
      sparse.map(({ packId }) => packId),
    );
    this.totals.repacked += repacked;
    const last = packs.at(-1);
    const hasMore =
      last !== undefined && packs.length === BATCH_REPACKS && !isZoneAway && last.packNo < cursor.packHigh;
    return at(cursor, hasMore ? { phase: "repack", after: last.packNo } : { phase: "decide", after: 0 });
  }

  /** Quarantines and rescues. Which runs were open is noted at the end, when all quarantining transactions are over. */
  async #decide(cursor: SweepCursor, after: number): Promise<SweepCursor | "lost"> {
    const { store } = this.#options.deps;
    const packs = await this.#list({ after, limit: BATCH_PACKS, states: ["live", "quarantined"] });
    if (packs === null) return "lost";
    const steps = planSweep(packs, this.#viewOf(cursor));
    const idsOf = (kind: "quarantine" | "rescue") =>
      steps.filter((step) => step.kind === kind).map(({ packId }) => packId);
    this.totals.rescued += (await store.rescuePacks(this.#companyId, idsOf("rescue"))).length;
    const unreached = idsOf("quarantine");
    if (unreached.length > 0) {
      const outcome = await store.quarantinePacks(this.#companyId, unreached, cursor.publications);
      if (outcome.kind === "marks_outdated") return outdated(cursor, outcome.publications);
      this.totals.quarantined += outcome.packIds.length;
    }
    const last = packs.at(-1);
    if (last && packs.length === BATCH_PACKS && last.packNo < cursor.packHigh)
      return at(cursor, { phase: "decide", after: last.packNo });
    await store.sealQuarantine(this.#companyId, this.#lease.tier, cursor.round);
    return at(cursor, { phase: "delete", after: 0, hasDeleted: false });
  }

  async #delete(
    cursor: SweepCursor,
    { after, hasDeleted }: Extract<SweepPlace, { phase: "delete" }>,
  ): Promise<SweepCursor | "done" | "lost"> {
    const packs = await this.#list({ after, limit: BATCH_DELETES, states: ["quarantined", "deleting"] });
    if (packs === null) return "lost";
    const steps = planSweep(packs, this.#viewOf(cursor));
    const packsOf = (kind: "delete" | "forget") => packs.filter((_, index) => steps[index]?.kind === kind);
    const [toDelete, toForget] = [packsOf("delete"), packsOf("forget")];
    const isWork = toDelete.length + toForget.length > 0;
    if (isWork) {
      const { round, publications } = cursor;
      const outcome = await deleteBatch(this.#options, this.#companyId, {
        ...{ toDelete, toForget, tier: this.#lease.tier, round, publications },
      });
      if (outcome.kind === "marks_outdated") return outdated(cursor, outcome.publications);
      if (outcome.kind === "round_over") return "done";
      if (outcome.kind === "held") return this.#hold(cursor, outcome.hold);
      this.totals.deleted += outcome.packs;
      this.totals.deletedBytes += outcome.bytes;
      if (outcome.kept > 0) this.totals.held = keptByZone(outcome.kept);
    }
    const last = packs.at(-1);
    if (last) return at(cursor, { phase: "delete", after: last.packNo, hasDeleted: hasDeleted || isWork });
    return hasDeleted ? at(cursor, { phase: "chunks", after: null }) : this.#end(cursor);
  }

  async #dropChunks(
    cursor: SweepCursor,
    after: Extract<SweepPlace, { phase: "chunks" }>["after"],
  ): Promise<SweepCursor | "done"> {
    const { store } = this.#options.deps;
    const { next } = await store.dropChunks(this.#companyId, after, BATCH_CHUNKS);
    if (next !== null) return at(cursor, { phase: "chunks", after: next });
    while ((await store.forgetPacks(this.#companyId, this.#lease.tier, cursor.round)) > 0);
    return this.#end(cursor);
  }

  /** The round is over without deleting (more); what may still be done without it is done by the next. */
  async #hold(cursor: SweepCursor, held: DeletionHold | MarkProblem): Promise<"done"> {
    const { log, deps } = this.#options;
    this.totals.held = held;
    log.error({ companyId: this.#companyId, round: cursor.round, ...held }, "the sweep deletes nothing");
    await deps.store.endSweep(this.#companyId, {
      ...{ tier: this.#lease.tier, round: cursor.round, held, retryMs: RETRY_MS },
    });
    return "done";
  }

  async #end(cursor: SweepCursor): Promise<"done"> {
    const { tier } = this.#lease;
    const { held } = this.totals;
    await this.#options.deps.store.endSweep(this.#companyId, { tier, round: cursor.round, held, retryMs: null });
    return "done";
  }

  #list(page: SweepPage): Promise<readonly SweepPack[] | null> {
    return this.#options.deps.store.listSweepPacks(this.#companyId, this.#lease, page);
  }

  #viewOf({ round, packHigh }: SweepCursor): SweepView {
    const { graceMs, restMs, frameBytes } = this.#options;
    return { round, packHigh, areMarksComplete: true, graceMs, restMs, frameBytes };
  }
}

function at(cursor: SweepCursor, place: SweepPlace): SweepCursor {
  return { ...cursor, place };
}

/** What was published since is marked as well, and then it goes on where it was; all other marks stay. */
function outdated(cursor: SweepCursor, publications: number): SweepCursor {
  return { ...cursor, publications, place: { phase: "roots", after: 0 }, afterwards: cursor.place };
}
