import type { Zone } from "../../../engine/ports/zone.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { MissingObject, MissingPack } from "../../domain/store/zone-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import type { Logger } from "../../platform/log.ts";
import { type CheckedSuspects, checkSuspects } from "./check-suspects.ts";
import { type CopyOutcome, copyObject } from "./copy-object.ts";
import {
  type CopyStep,
  encodeCursor,
  nextPhase,
  parseCursor,
  planObjectCopies,
  planPackCopies,
  type ReplicationCursor,
  type ReplicationView,
  type WaitStep,
} from "./plan-replication.ts";
import { verifyCopy } from "./verify-copy.ts";

/** Rows planned at a time; presence is recorded after each batch, so a crash copies at most so many again. */
const BATCH_ROWS = 48;
/** Copies at a time. Each holds one pack, at most 32 MiB: 128 MiB is this job's memory at any size. */
const PARALLEL_COPIES = 4;
/** A step ends after this, so that a lease of 90 s is never outlived. */
const STEP_MS = 45_000;
const LEASE_MS = 90_000;

export interface ReplicateOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  /** Who holds the lease: a name of this process. */
  readonly owner: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  readonly now: () => Date;
}

export interface ReplicateResult {
  /** `busy`: somebody else is at it. `more`: time is up, go on at once. `done`: a whole round was made. */
  readonly kind: "busy" | "more" | "done";
  /** Copies made, and suspect ones decided about. */
  readonly copied: number;
  /** Found to have no good source that can be read now, or could not be checked. */
  readonly waiting: number;
}

/**
 * One step of bringing a zone up to date for a company: from its cursor, for at most 45 s, under its own fencing token. Whoever lost the
 * token stops; what it copied is whole and correct all the same, because names prove bytes.
 */
export async function replicate(
  options: ReplicateOptions,
  companyId: string,
  targetZoneId: string,
): Promise<ReplicateResult> {
  const { store } = options.deps;
  const job = { companyId, name: `replicate/${targetZoneId}` };
  const taken = await store.takeJob(job, options.owner, LEASE_MS);
  if (!taken) return { kind: "busy", copied: 0, waiting: 0 };
  const step = new ReplicationRun(options, companyId, targetZoneId);
  let cursor: ReplicationCursor | null = parseCursor(taken.cursor);
  const endMs = options.now().getTime() + STEP_MS;
  try {
    const isOver = () => options.now().getTime() >= endMs || options.signal?.aborted === true;
    const { decided, undecided } = await step.checkSuspects(isOver);
    step.copied += decided;
    step.waiting += undecided;
    while (cursor !== null && !isOver()) {
      const next: ReplicationCursor | null = await step.copyBatch(cursor);
      const saved = { fencingToken: taken.fencingToken, cursor: next && encodeCursor(next), leaseMs: LEASE_MS };
      if (!(await store.saveJob(job, saved))) break;
      cursor = next;
    }
    await store.advanceWatermark(companyId, targetZoneId);
  } finally {
    const saved = { fencingToken: taken.fencingToken, cursor: cursor && encodeCursor(cursor), leaseMs: 0 };
    await store.saveJob(job, saved);
  }
  return { kind: cursor === null ? "done" : "more", copied: step.copied, waiting: step.waiting };
}

class ReplicationRun {
  copied = 0;
  waiting = 0;
  readonly #options: ReplicateOptions;
  readonly #companyId: string;
  readonly #view: ReplicationView;
  readonly #sources: ReadonlyMap<string, Zone>;
  readonly #target: Zone;

  constructor(options: ReplicateOptions, companyId: string, targetZoneId: string) {
    const zones = options.deps.zones.all();
    const target = options.deps.zones.find(targetZoneId);
    if (!target) throw new Error(`${targetZoneId} is not a zone of this deployment`);
    this.#options = options;
    this.#companyId = companyId;
    const readable = zones.filter(({ state }) => state === "healthy");
    this.#view = { targetZoneId, readableZoneIds: readable.map(({ zoneId }) => zoneId) };
    this.#sources = new Map(zones.map((zone) => [zone.zoneId, tieredZone(zone)]));
    this.#target = tieredZone(target);
  }

  /** Looks at the copies in the target that are in doubt; those that are bad become part of what is missing. */
  checkSuspects(isOver: () => boolean): Promise<CheckedSuspects> {
    return checkSuspects({ deps: this.#options.deps, companyId: this.#companyId, zone: this.#target, isOver });
  }

  /** Copies one batch and records it; returns where to go on, or null at the end of the round. */
  async copyBatch(cursor: ReplicationCursor): Promise<ReplicationCursor | null> {
    const page = cursor.phase === "packs" ? await this.#packPage(cursor) : await this.#objectPage(cursor);
    const steps = page.steps;
    await this.#lookAtTarget(steps.filter((step) => step.kind === "wait"));
    await this.#copyAll(steps.filter((step) => step.kind === "copy"));
    return page.next ?? nextPhase(cursor);
  }

  async #packPage({ after }: ReplicationCursor) {
    const { store } = this.#options.deps;
    const page = { after: Number(after), limit: BATCH_ROWS };
    const packs = await store.listMissingPacks(this.#companyId, this.#view.targetZoneId, page);
    const keyOf = (pack: MissingPack) => packObjectKey(this.#companyId, pack);
    const last = packs.length < BATCH_ROWS ? undefined : packs.at(-1);
    const next: ReplicationCursor | null = last ? { phase: "packs", after: String(last.packNo) } : null;
    return { steps: planPackCopies(packs, this.#view, keyOf), next };
  }

  async #objectPage({ phase, after }: ReplicationCursor) {
    const { store } = this.#options.deps;
    const page = { after, limit: BATCH_ROWS };
    const objects = await store.listMissingObjects(this.#companyId, this.#view.targetZoneId, page);
    const last = objects.length < BATCH_ROWS ? undefined : objects.at(-1);
    const next: ReplicationCursor | null = last ? { phase, after: last.objectKey } : null;
    const wanted = phase === "keys" ? objects.filter(isKeyObject) : objects;
    return { steps: planObjectCopies(wanted, this.#view), next };
  }

  async #copyAll(steps: readonly CopyStep[]): Promise<void> {
    const packIds: string[] = [];
    const objectKeys: string[] = [];
    const left = [...steps];
    const work = async () => {
      for (let step = left.shift(); step && !this.#options.signal?.aborted; step = left.shift()) {
        const outcome = await this.#copy(step);
        await this.#markBad(step, outcome);
        if (outcome.kind === "failed") this.waiting += 1;
        else if (step.packId === null) objectKeys.push(step.objectKey);
        else packIds.push(step.packId);
      }
    };
    // Every worker ends before presence is recorded, also of a batch that broke off in the middle.
    const ended = await Promise.allSettled(Array.from({ length: PARALLEL_COPIES }, work));
    if (packIds.length + objectKeys.length > 0) {
      const { store } = this.#options.deps;
      await store.recordPresence(this.#companyId, this.#view.targetZoneId, { packIds, objectKeys });
      this.copied += packIds.length + objectKeys.length;
    }
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  }

  /** What nobody can give may lie in the target all the same, as good as ever. */
  async #lookAtTarget(steps: readonly WaitStep[]): Promise<void> {
    const { store, primitives } = this.#options.deps;
    for (const { objectKey, packId, ...copy } of steps) {
      const verdict = await verifyCopy(primitives, this.#target, { objectKey, ...copy });
      if (verdict.kind === "good") {
        const found =
          packId === null ? { packIds: [], objectKeys: [objectKey] } : { packIds: [packId], objectKeys: [] };
        await store.recordPresence(this.#companyId, this.#view.targetZoneId, found);
        this.copied += 1;
      } else {
        this.waiting += 1;
        this.#options.log.warn({ companyId: this.#companyId, objectKey }, "no zone can give this object");
      }
    }
  }

  #copy(step: CopyStep): Promise<CopyOutcome> {
    const { primitives } = this.#options.deps;
    return copyObject({ step, target: this.#target, sources: this.#sources, primitives });
  }

  /** What a source could not give is noted, so that readers avoid it and the other direction heals it. */
  async #markBad(step: CopyStep, { badZoneIds }: CopyOutcome): Promise<void> {
    for (const { zoneId, state, code } of badZoneIds) {
      this.#options.log.warn({ companyId: this.#companyId, objectKey: step.objectKey, zoneId, code }, "a copy is bad");
      const isKnown = state === "suspect" && step.suspectZoneIds.includes(zoneId);
      if (zoneId === "database" || isKnown) continue;
      const name = step.packId === null ? { objectKey: step.objectKey } : { packId: step.packId };
      await this.#options.deps.store.markCopy(this.#companyId, zoneId, { ...name, state, code });
    }
  }
}

function isKeyObject(object: MissingObject): boolean {
  return object.kind === "log" || object.kind === "wrap" || object.kind === "agent" || object.kind === "source";
}
