import { toHex } from "../../engine/codec/hex.ts";
import type { PackTier } from "../../engine/format/pack-index.ts";
import { idText } from "../domain/pack/run-directories.ts";
import type { Publication } from "../domain/store/commit-store.ts";
import type { NewRun } from "../domain/store/run-store.ts";
import type { Disk } from "./disk.ts";

/** A snapshot that became visible, and everything that has to be there to read it. */
export interface KnownSnapshot {
  readonly companyId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly snapshotId: string;
  readonly commit: number;
  readonly scope: number;
  readonly ids: readonly string[];
  readonly objectKeys: readonly string[];
  readonly receivedAtMs: number;
  isInBackup: boolean;
  frozen: Frozen | null;
  /** Legal holds that were acknowledged and not lifted. */
  readonly holdIds: Set<string>;
  isExpired: boolean;
}

/** What the archive has of a snapshot. */
export interface Frozen {
  readonly retainUntilMs: number;
  /** As the base itself has them. */
  readonly objectKeys: readonly string[];
}

export interface KnownRun {
  readonly companyId: string;
  readonly runId: string;
  readonly sourceId: string;
  readonly zoneId: string;
  readonly fencingToken: number;
  leaseUntilMs: number;
  isOpen: boolean;
  /** What it has sent, or was told that it need not send. */
  readonly relied: Set<string>;
}

export interface KnownChain {
  sequence: number;
  headerHashHex: string;
}

/** What must be true of the service's data, kept as plainly as possible: it knows what was answered, and nothing of how the service works. */
export class Model {
  readonly snapshots: KnownSnapshot[] = [];
  readonly runs = new Map<string, KnownRun>();
  readonly openRuns = new Set<KnownRun>();
  /** What an agent means by the id of a top page: all that is below it, and its change list. */
  readonly #trees = new Map<string, readonly string[]>();
  readonly #byCommit = new Map<string, KnownSnapshot>();
  /** By tier and id: how many of its snapshots reach it. */
  readonly #needed = { backup: new Map<string, number>(), archive: new Map<string, number>() };
  /** Names that may never come back. */
  readonly deletedPackIds = new Set<string>();
  readonly chains = new Map<string, KnownChain>();
  readonly reservedAtMs = new Map<string, number>();
  readonly watermarks = new Map<string, number>();

  /** An agent is about to commit this tree. */
  expectTree(topPageId: Uint8Array, ids: readonly Uint8Array[]): void {
    this.#trees.set(idText(topPageId), ids.map(idText));
  }

  addSnapshot(companyId: string, { snapshot, commit, objects }: Publication, receivedAtMs: number): KnownSnapshot {
    const { snapshotId, machineId, sourceId, scope, topPageId } = snapshot;
    const ids = this.#trees.get(idText(topPageId)) ?? [];
    this.#trees.delete(idText(topPageId));
    const objectKeys = objects.map(({ objectKey }) => objectKey);
    const names = { companyId, machineId, sourceId, snapshotId, commit, scope };
    const tiers = { isInBackup: true, frozen: null, isExpired: false, holdIds: new Set<string>() };
    const known: KnownSnapshot = { ...names, ids, objectKeys, receivedAtMs, ...tiers };
    this.snapshots.push(known);
    this.#byCommit.set(commitKey(companyId, commit), known);
    this.#need("backup", known, 1);
    return known;
  }

  findSnapshot(companyId: string, commit: number): KnownSnapshot | null {
    return this.#byCommit.get(commitKey(companyId, commit)) ?? null;
  }

  isNeeded(id: string, tier: PackTier): boolean {
    return (this.#needed[tier].get(id) ?? 0) > 0;
  }

  freeze(snapshot: KnownSnapshot, frozen: Frozen): void {
    snapshot.frozen = frozen;
    this.#need("archive", snapshot, 1);
  }

  extend(snapshot: KnownSnapshot, frozen: Frozen): void {
    snapshot.frozen = frozen;
  }

  leaveBackup(snapshot: KnownSnapshot): void {
    snapshot.isInBackup = false;
    this.#need("backup", snapshot, -1);
  }

  expire(snapshot: KnownSnapshot): void {
    snapshot.isExpired = true;
    this.#need("archive", snapshot, -1);
  }

  #need(tier: PackTier, { ids }: KnownSnapshot, change: number): void {
    const counts = this.#needed[tier];
    for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + change);
  }

  beginRun(
    companyId: string,
    run: NewRun,
    started: Pick<KnownRun, "runId" | "zoneId" | "fencingToken" | "leaseUntilMs">,
  ) {
    const { sourceId } = run;
    const known: KnownRun = { ...started, companyId, sourceId, isOpen: true, relied: new Set() };
    this.runs.set(started.runId, known);
    this.openRuns.add(known);
  }

  endRun(runId: string): void {
    const run = this.runs.get(runId);
    if (!run) return;
    run.isOpen = false;
    run.relied.clear();
    this.openRuns.delete(run);
  }
}

/** The first thing that is not whole on this disk; null when a reader who has nothing else finds all of it. */
export function findLacking(
  disk: Disk,
  { ids, objectKeys }: Pick<KnownSnapshot, "ids" | "objectKeys">,
  isStrict: boolean,
): string | null {
  const holds = (id: string) => (isStrict ? disk.holdsGood(id) : disk.holds(id));
  const isThere = (key: string) => (isStrict ? disk.isGood(key) : disk.wasStored(key));
  const id = ids.find((each) => !holds(each));
  if (id !== undefined) return `id ${toHex(Buffer.from(id, "latin1"))}`;
  return objectKeys.find((key) => !isThere(key)) ?? null;
}

/** In the archive and not let go. */
export function isArchivedNow({ frozen, isExpired }: KnownSnapshot): boolean {
  return frozen !== null && !isExpired;
}

export function isKept(snapshot: KnownSnapshot): boolean {
  return snapshot.isInBackup || isArchivedNow(snapshot);
}

export function commitKey(companyId: string, commit: number): string {
  return `${companyId}/${commit}`;
}
