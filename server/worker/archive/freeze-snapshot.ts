import type { MovedFrame } from "../../../engine/format/assemble-pack.ts";
import { PACK_AIM_BYTES } from "../../../engine/format/limits.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { lockUntil } from "../../domain/retention/calendar.ts";
import type { PackRow } from "../../domain/store/pack-store.ts";
import type { SnapshotRow } from "../../domain/store/store-reads.ts";
import type { MarkLease } from "../../domain/store/sweep-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";
import { assembleEverywhere } from "../sweep/assemble-everywhere.ts";
import { framesOf } from "../sweep/frames-of.ts";
import { Marker, type MarkProgress } from "../sweep/mark-reached.ts";
import { readWholePack } from "../sweep/read-whole-pack.ts";
import type { FreezeCursor, FreezePlace } from "./freeze-cursor.ts";
import type { FreezeProblem } from "./freeze-problem.ts";
import { storeFrozenObjects } from "./store-frozen-objects.ts";

/** Packs looked at in one go, each read whole: at most 512 MiB, which a slow bucket gives in half a minute. */
const BATCH_COPIES = 16;
const BATCH_LOCKS = 100;

export type FreezeProgress =
  | { readonly kind: "more"; readonly place: FreezePlace }
  | { readonly kind: "frozen" | "extended" }
  /** It has left the backup tier, or was frozen before, for as long. */
  | { readonly kind: "gone" }
  | { readonly kind: "lease_lost" }
  | { readonly kind: "stuck"; readonly problem: FreezeProblem };

export interface FreezeOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones" | "primitives">;
  readonly companyId: string;
  readonly fencingToken: number;
}

/**
 * Freezes one snapshot, a batch at a time. The order is the safety argument (invariants 4, 6 and 7):
 *
 * 1. what the snapshot reaches is marked in the backup tier, whose sweep keeps it as long as the snapshot is there;
 * 2. frames that the archive lacks are copied as ciphertext, from packs that were read whole and held to their names, into packs of the archive, which are durable,
 *    read back and locked in every zone before the database knows them;
 * 3. the same is marked again from the archive alone: only if nothing is lacking there is the archive closed under what the snapshot reaches;
 * 4. every pack that it takes, also those that were there before, is locked in every zone until the end of its quarter;
 * 5. the agent's manifest and the sidecar are stored, read back and locked in every zone;
 * 6. one transaction says that the snapshot is frozen. Until then it counts as it did before; what broke off is done again.
 *
 * A frozen one whose time a hold makes longer begins with 3: nothing is copied, and 6 says until when it stays now. The rows never promise what a zone has not
 * locked, and what broke off is locked for longer than the rows say, never for less.
 */
export class SnapshotFreeze {
  readonly #options: FreezeOptions;

  constructor(options: FreezeOptions) {
    this.#options = options;
  }

  async advance({ freeze, place }: FreezeCursor): Promise<FreezeProgress> {
    const { deps, companyId } = this.#options;
    const snapshot = await deps.store.findSnapshot(companyId, freeze.snapshotId);
    if (snapshot === null || isGone(snapshot, freeze)) return { kind: "gone" };
    switch (place.phase) {
      case "clear":
        return this.#clear({ again: { phase: "clear" }, next: { phase: "roots" } });
      case "roots":
        return this.#markRoots(this.#marker("backup"), snapshot, { phase: "mark" });
      case "mark":
        return this.#enterPages(this.#marker("backup"), { again: place, next: { phase: "copy", after: 0 } });
      case "copy":
        return this.#copy(place.after, freeze);
      case "clear_again":
        return this.#clear({ again: place, next: { phase: "check_roots" } });
      case "check_roots":
        return this.#markRoots(this.#marker("archive"), snapshot, { phase: "check" });
      case "check":
        return this.#enterPages(this.#marker("archive"), { again: place, next: { phase: "lock", after: 0 } });
      case "lock":
        return this.#lock(place.after, freeze, snapshot);
    }
  }

  #lease(tier: MarkLease["tier"]): MarkLease {
    return { jobName: "archive", tier, fencingToken: this.#options.fencingToken };
  }

  #marker(tier: MarkLease["tier"]): Marker {
    const { deps, companyId } = this.#options;
    return new Marker({ deps, companyId, lease: this.#lease(tier), exceptArchived: tier === "backup" });
  }

  async #clear({ again, next }: Turn): Promise<FreezeProgress> {
    const outcome = await this.#options.deps.store.clearMarks(this.#options.companyId, this.#lease("backup"));
    if (outcome === "lease_lost") return { kind: "lease_lost" };
    return { kind: "more", place: outcome === "more" ? again : next };
  }

  async #markRoots(marker: Marker, snapshot: SnapshotRow, next: FreezePlace): Promise<FreezeProgress> {
    const { commit, scope, machineId, topPageId, changeListId } = snapshot;
    const failed = await marker.markSnapshots([{ commit, scope, machineId, topPageId, changeListId }]);
    return failed ? progressOf(failed, { again: next, next }) : { kind: "more", place: next };
  }

  async #enterPages(marker: Marker, turn: Turn): Promise<FreezeProgress> {
    return progressOf(await marker.enterPages(), turn);
  }

  async #copy(after: number, freeze: FreezeCursor["freeze"]): Promise<FreezeProgress> {
    const { deps, companyId } = this.#options;
    const states = ["live", "quarantined"] as const;
    const lease = this.#lease("backup");
    const page = { after, limit: BATCH_COPIES, states, isMarked: true };
    const packs = await deps.store.listSweepPacks(companyId, lease, page);
    if (packs === null) return { kind: "lease_lost" };
    const packIds = packs.map(({ packId }) => packId);
    const marked = await deps.store.listLiveFrames(companyId, lease, packIds);
    if (marked === null) return { kind: "lease_lost" };
    const framesById = new Map(marked.map(({ packId, frames }) => [packId, frames]));
    const rows = (await deps.store.listPacks(companyId, packIds)).filter((row) => row !== null);
    for (const group of groupOf(rows)) {
      const problem = await this.#copyGroup(group, framesById, new Date(freeze.retainUntilMs));
      if (problem) return { kind: "stuck", problem };
    }
    const last = packs.at(-1);
    const isMore = last !== undefined && packs.length === BATCH_COPIES;
    return { kind: "more", place: isMore ? { phase: "copy", after: last.packNo } : { phase: "clear_again" } };
  }

  /** Frames of one machine, kind and scope, in packs of about 16 MiB. */
  async #copyGroup(
    rows: readonly PackRow[],
    framesById: ReadonlyMap<string, readonly number[]>,
    until: Date,
  ): Promise<FreezeProblem | null> {
    const { deps, companyId } = this.#options;
    let waiting: MovedFrame[] = [];
    let waitingBytes = 0;
    for (const row of rows) {
      const bytes = await readWholePack(deps, companyId, row);
      if (typeof bytes === "string")
        return { code: bytes === "zone_away" ? bytes : "pack_unreadable", detail: row.packId };
      for (const frame of framesOf(bytes, framesById.get(row.packId) ?? []).frames) {
        if (waiting.length > 0 && waitingBytes + frame.stored.length > PACK_AIM_BYTES) {
          const problem = await this.#store(row, waiting, until);
          if (problem) return problem;
          waiting = [];
          waitingBytes = 0;
        }
        waiting.push(frame);
        waitingBytes += frame.stored.length;
      }
    }
    const [first] = rows;
    return first && waiting.length > 0 ? this.#store(first, waiting, until) : null;
  }

  async #store(source: PackRow, frames: readonly MovedFrame[], until: Date): Promise<FreezeProblem | null> {
    const { deps, companyId } = this.#options;
    const pack = await assembleEverywhere({ deps, companyId, tier: "archive", source }, frames);
    if (pack === null) return { code: "zone_away", detail: "a zone did not take a pack of the archive" };
    const lockedUntil = lockUntil(until);
    const problem = await this.#lockEverywhere([packObjectKey(companyId, { ...pack, tier: "archive" })], lockedUntil);
    if (problem) return problem;
    const zoneIds = deps.zones.all().map(({ zoneId }) => zoneId);
    const archived = { pack, runId: source.runId, zoneIds, lockedUntil };
    if (await deps.store.recordArchivedPack(companyId, archived)) return null;
    return { code: "name_refused", detail: `pack ${pack.packId} is being deleted; the next try makes another` };
  }

  /** Locks what the marks of the archive have, and ends with the freeze itself. */
  async #lock(after: number, freeze: FreezeCursor["freeze"], snapshot: SnapshotRow): Promise<FreezeProgress> {
    const { deps, companyId } = this.#options;
    const until = lockUntil(new Date(freeze.retainUntilMs));
    const states = ["live", "quarantined"] as const;
    const page = { after, limit: BATCH_LOCKS, states, isMarked: true };
    const packs = await deps.store.listSweepPacks(companyId, this.#lease("archive"), page);
    if (packs === null) return { kind: "lease_lost" };
    const short = packs.filter(({ lockedUntil }) => lockedUntil !== null && lockedUntil < until);
    const problem = await this.#lockEverywhere(
      short.map((pack) => packObjectKey(companyId, pack)),
      until,
    );
    if (problem) return { kind: "stuck", problem };
    const raised = short.map(({ packId }) => packId);
    if (raised.length > 0) await deps.store.raisePackLocks(companyId, raised, until);
    await deps.store.rescuePacks(
      companyId,
      packs.filter(({ state }) => state === "quarantined").map(({ packId }) => packId),
    );
    const last = packs.at(-1);
    if (last && packs.length === BATCH_LOCKS) return { kind: "more", place: { phase: "lock", after: last.packNo } };
    return this.#finish(freeze, snapshot);
  }

  async #finish(freeze: FreezeCursor["freeze"], snapshot: SnapshotRow): Promise<FreezeProgress> {
    const { deps, companyId } = this.#options;
    const { snapshotClass } = freeze;
    const retainUntil = new Date(freeze.retainUntilMs);
    const objects = await storeFrozenObjects(this.#options, snapshot, { snapshotClass, retainUntil });
    if ("code" in objects) return { kind: "stuck", problem: objects };
    const problem = await this.#lockEverywhere(
      objects.map(({ objectKey }) => objectKey),
      retainUntil,
    );
    if (problem) return { kind: "stuck", problem };
    const zoneIds = deps.zones.all().map(({ zoneId }) => zoneId);
    const { commit } = snapshot;
    const row = { commit, snapshotClass, retainUntil, objects, zoneIds };
    if (snapshot.frozen) return { kind: (await deps.store.extendFrozen(companyId, row)) ? "extended" : "gone" };
    return { kind: (await deps.store.recordFrozen(companyId, row)) ? "frozen" : "gone" };
  }

  async #lockEverywhere(objectKeys: readonly string[], until: Date): Promise<FreezeProblem | null> {
    for (const handle of this.#options.deps.zones.all()) {
      const zone = tieredZone(handle);
      for (const objectKey of objectKeys) {
        try {
          await zone.lock(objectKey, until);
        } catch (error) {
          if (!(error instanceof ZoneError)) throw error;
          return { code: error.code === "no_locks" ? "no_locks" : "zone_away", detail: error.message };
        }
      }
    }
    return null;
  }
}

function isGone({ frozen, backupLeftAt }: SnapshotRow, { retainUntilMs }: FreezeCursor["freeze"]): boolean {
  return frozen === null ? backupLeftAt !== null : frozen.retainUntil.getTime() >= retainUntilMs;
}

interface Turn {
  readonly again: FreezePlace;
  readonly next: FreezePlace;
}

function progressOf(progress: MarkProgress, { again, next }: Turn): FreezeProgress {
  switch (progress.kind) {
    case "more":
      return { kind: "more", place: again };
    case "done":
      return { kind: "more", place: next };
    case "lease_lost":
    case "stuck":
      return progress;
  }
}

/** Pages count as the machine's own that uploaded them, so packs of different machines never come together. */
function groupOf(rows: readonly PackRow[]): PackRow[][] {
  return [...Map.groupBy(rows, ({ machineId, scope, packKind }) => `${machineId}/${scope}/${packKind}`).values()];
}
