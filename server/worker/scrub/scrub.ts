import { toHex } from "../../../engine/codec/hex.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { ScrubPlace, ScrubRound } from "../../domain/store/scrub-store.ts";
import type { CopyName } from "../../domain/store/zone-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import type { Logger } from "../../platform/log.ts";
import type { OpenZone, OpenZoneSet } from "../../zones/open-zones.ts";
import { type StoredCopy, verifyCopy } from "../replication/verify-copy.ts";
import { COPY_COST_BYTES, nextStepInMs, planScrub, STEP_EVERY_MS, scrubCostBytes } from "./plan-scrub.ts";

/** Copies between two savings: what a crash costs at most again, 512 MiB of reading where all are packs. */
const BATCH_COPIES = 32;
/** A step ends after this, so that a lease of 90 s is never outlived by the copy it is at. */
const STEP_MS = 45_000;
const LEASE_MS = 90_000;
/** What is left is counted so often; a company that has grown in between is read a little later. */
const COUNT_EVERY_MS = 60 * 60_000;
const FIRST_PLACE: ScrubPlace = { phase: "objects", after: "" };

export interface ScrubOptions {
  readonly deps: Pick<DomainDeps, "store" | "primitives"> & { readonly zones: OpenZoneSet };
  /** Who holds the lease: a name of this process. */
  readonly owner: string;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /** For how long a step goes on; what is due is told by the database's clock. */
  readonly now: () => Date;
  readonly daysPerRound: number;
}

export interface ScrubResult {
  /** `busy`: somebody else is at it. `away`: the zone did not answer, it goes on at the same copy. `read`: as far as was due. */
  readonly kind: "busy" | "begun" | "rested" | "away" | "read";
  readonly verified: number;
  readonly found: number;
}

/**
 * One step of reading all copies of a company in a zone again: as much as is due, for at most 45 s, under its own fencing token.
 *
 * The order of writes: a bad copy is marked and becomes a finding in one transaction, as soon as it was read; then place, cost and what was
 * good are saved together. A crash in between costs one batch of reading, and nothing is found twice, because what is marked counts no
 * longer. Nothing is deleted here: replication puts a good copy in place of the bad one. What is good and frozen is locked again where it lost its lock.
 */
export async function scrub(options: ScrubOptions, companyId: string, zoneId: string): Promise<ScrubResult> {
  const { store, zones } = options.deps;
  const zone = zones.find(zoneId);
  if (!zone) throw new Error(`${zoneId} is not a zone of this deployment`);
  const job = { companyId, name: `scrub/${zoneId}` };
  const taken = await store.takeJob(job, options.owner, LEASE_MS);
  if (!taken) return { kind: "busy", verified: 0, found: 0 };
  try {
    return await new ScrubStep(options, { companyId, zone, fencingToken: taken.fencingToken }).run();
  } finally {
    await store.saveJob(job, { fencingToken: taken.fencingToken, cursor: null, leaseMs: 0 });
  }
}

interface StepScope {
  readonly companyId: string;
  readonly zone: OpenZone;
  readonly fencingToken: number;
}

interface CopyAt extends StoredCopy {
  readonly name: CopyName;
  /** Until when the zone is to keep it. */
  readonly lockedUntil: Date | null;
  /** Where the round goes on behind it. */
  readonly place: ScrubPlace;
}

class ScrubStep {
  readonly #options: ScrubOptions;
  readonly #scope: StepScope;
  readonly #endMs: number;
  #verified = 0;
  #found = 0;
  #readBytes = 0;
  #leftBytes = 0;
  #isCounted = false;
  #isAway = false;

  constructor(options: ScrubOptions, scope: StepScope) {
    this.#options = options;
    this.#scope = scope;
    this.#endMs = options.now().getTime() + STEP_MS;
  }

  async run(): Promise<ScrubResult> {
    const { store } = this.#options.deps;
    const { companyId, zone } = this.#scope;
    const round = await store.findScrubRound(companyId, zone.zoneId);
    const now = await store.getTime();
    // Only what was counted just now can say that a round is through.
    this.#isCounted = !round || round.leftBytes === 0 || now.getTime() - round.countedAt.getTime() >= COUNT_EVERY_MS;
    this.#leftBytes = this.#isCounted ? await this.#countLeft(round?.place ?? FIRST_PLACE) : (round?.leftBytes ?? 0);
    const { daysPerRound } = this.#options;
    const plan = planScrub({ round, leftBytes: this.#leftBytes, now, daysPerRound });
    if (plan.kind === "begin" || round === null) {
      await this.#begin();
      return this.#result("begun");
    }
    if (plan.kind === "rest") {
      await this.#save(round, { place: round.place, copies: [] });
      return this.#result("rested");
    }
    await this.#read(round, plan.budgetBytes);
    return this.#result(this.#isAway ? "away" : "read");
  }

  async #begin(): Promise<void> {
    const { store } = this.#options.deps;
    const { companyId, zone, fencingToken } = this.#scope;
    await store.saveScrubRound(companyId, zone.zoneId, {
      ...{ kind: "begin", place: FIRST_PLACE, readBytes: 0, leftBytes: await this.#countLeft(FIRST_PLACE) },
      ...{ fencingToken, leaseMs: LEASE_MS, isCounted: true, nextInMs: STEP_EVERY_MS },
      verified: { packIds: [], objectKeys: [] },
    });
  }

  /** Batch by batch, until the budget is spent, the time is over, the zone is away, or the round is through. */
  async #read(round: ScrubRound, budgetBytes: number): Promise<void> {
    let { place } = round;
    let isSaved = false;
    while (!this.#isOver() && this.#readBytes < budgetBytes) {
      const page = await this.#page(place);
      if (page.length === 0) {
        isSaved = false;
        if (place.phase === "packs") {
          this.#leftBytes = this.#readBytes;
          break;
        }
        place = { phase: "packs", after: 0 };
        continue;
      }
      const copies: CopyAt[] = [];
      for (const copy of page) {
        if (this.#isOver() || this.#readBytes >= budgetBytes) break;
        const isGood = await this.#check(copy);
        if (isGood === null) break;
        if (isGood) copies.push(copy);
        place = copy.place;
        this.#readBytes += copy.sizeBytes + COPY_COST_BYTES;
      }
      isSaved = await this.#save(round, { place, copies });
      if (!isSaved) return;
      this.#verified += copies.length;
    }
    // The end of the lists, or what was due has gone meanwhile: the next step is planned all the same.
    if (!isSaved) await this.#save(round, { place, copies: [] });
  }

  /** Null where it cannot be told now. */
  async #check(copy: CopyAt): Promise<boolean | null> {
    const { store, primitives } = this.#options.deps;
    const { companyId, zone } = this.#scope;
    const isThere = async () => (await zone.probe()).isReachable;
    const verify = () => verifyCopy(primitives, tieredZone(zone), copy);
    let verdict = await verify();
    if (verdict.kind === "unread" && (await isThere())) verdict = await verify();
    if (verdict.kind === "good") {
      await this.#lockAgain(copy);
      return true;
    }
    if (verdict.kind === "unread" && !(await isThere())) {
      this.#isAway = true;
      return null;
    }
    // One that cannot be read, twice, although its zone answers is in doubt: it is checked again and again by replication, and the round
    // goes on. Else one file that hangs would keep all others from being read.
    const state = verdict.kind === "unread" ? "suspect" : "missing";
    const { objectKey, name } = copy;
    this.#options.log.warn({ companyId, zoneId: zone.zoneId, objectKey, ...verdict }, "a scrubbed copy is bad");
    const isMarked = await store.markCopy(companyId, zone.zoneId, { ...name, state, code: verdict.code });
    if (isMarked && state === "missing") this.#found += 1;
    return false;
  }

  /** A folder that was copied back, or a slip of the hand, leaves what is frozen without its lock. */
  async #lockAgain({ objectKey, lockedUntil }: CopyAt): Promise<void> {
    const { log, now } = this.#options;
    if (lockedUntil === null || lockedUntil <= now()) return;
    const { companyId, zone } = this.#scope;
    const told = { companyId, zoneId: zone.zoneId, objectKey, lockedUntil };
    const tiered = tieredZone(zone);
    try {
      const found = await tiered.findLock(objectKey);
      await tiered.lock(objectKey, lockedUntil);
      if (found === null || found < lockedUntil)
        log.warn({ ...told, found }, "a copy had lost its lock and has it again");
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
      log.error({ ...told, code: error.code }, "a copy in the archive cannot be locked");
    }
  }

  async #page(place: ScrubPlace): Promise<CopyAt[]> {
    const { store } = this.#options.deps;
    const { companyId, zone } = this.#scope;
    if (place.phase === "objects") {
      const page = { after: place.after, limit: BATCH_COPIES };
      const objects = await store.listObjectCopies(companyId, zone.zoneId, page);
      return objects.map(({ objectKey, sha256, sizeBytes, lockedUntil }) => {
        const at: ScrubPlace = { phase: "objects", after: objectKey };
        return { name: { objectKey }, objectKey, sha256: toHex(sha256), sizeBytes, lockedUntil, place: at };
      });
    }
    const packs = await store.listPackCopies(companyId, zone.zoneId, { after: place.after, limit: BATCH_COPIES });
    return packs.map((pack) => {
      const { packId, packNo, sizeBytes, lockedUntil } = pack;
      const objectKey = packObjectKey(companyId, pack);
      const at: ScrubPlace = { phase: "packs", after: packNo };
      return { name: { packId }, objectKey, sha256: packId, sizeBytes, lockedUntil, place: at };
    });
  }

  /** What was read and found good, where the round stands, and when it goes on; false when the lease is lost. */
  async #save(
    round: ScrubRound,
    { place, copies }: { readonly place: ScrubPlace; readonly copies: readonly CopyAt[] },
  ): Promise<boolean> {
    const { store } = this.#options.deps;
    const { companyId, zone, fencingToken } = this.#scope;
    const readBytes = round.readBytes + this.#readBytes;
    const leftBytes = Math.max(0, this.#leftBytes - this.#readBytes);
    const { daysPerRound } = this.#options;
    const view = { round: { startedAt: round.startedAt, readBytes }, leftBytes, daysPerRound };
    const now = await store.getTime();
    return store.saveScrubRound(companyId, zone.zoneId, {
      ...{ kind: "continue", place, readBytes, leftBytes, nextInMs: nextStepInMs({ ...view, now }, this.#readBytes) },
      ...{ fencingToken, leaseMs: LEASE_MS, isCounted: this.#isCounted },
      verified: {
        packIds: copies.flatMap(({ name }) => ("packId" in name ? [name.packId] : [])),
        objectKeys: copies.flatMap(({ name }) => ("objectKey" in name ? [name.objectKey] : [])),
      },
    });
  }

  async #countLeft(place: ScrubPlace): Promise<number> {
    const { companyId, zone } = this.#scope;
    return scrubCostBytes(await this.#options.deps.store.countCopiesLeft(companyId, zone.zoneId, place));
  }

  #isOver(): boolean {
    return this.#isAway || this.#options.signal?.aborted === true || this.#options.now().getTime() >= this.#endMs;
  }

  #result(kind: ScrubResult["kind"]): ScrubResult {
    return { kind, verified: this.#verified, found: this.#found };
  }
}
