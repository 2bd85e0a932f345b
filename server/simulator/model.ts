import { toHex } from "../../engine/codec/hex.ts";
import { idText } from "../domain/pack/run-directories.ts";
import type { Publication } from "../domain/store/commit-store.ts";
import type { NewRun } from "../domain/store/run-store.ts";
import type { Disk } from "./disk.ts";

/** A snapshot that became visible, and everything that has to be there to read it. */
export interface KnownSnapshot {
  readonly companyId: string;
  readonly machineId: string;
  readonly snapshotId: string;
  readonly commit: number;
  readonly scope: number;
  readonly ids: readonly string[];
  readonly objectKeys: readonly string[];
  readonly receivedAtMs: number;
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
  readonly #needed = new Set<string>();
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
    const { snapshotId, machineId, scope, topPageId } = snapshot;
    const ids = this.#trees.get(idText(topPageId)) ?? [];
    this.#trees.delete(idText(topPageId));
    const objectKeys = objects.map(({ objectKey }) => objectKey);
    const known = { companyId, machineId, snapshotId, commit, scope, ids, objectKeys, receivedAtMs };
    this.snapshots.push(known);
    this.#byCommit.set(commitKey(companyId, commit), known);
    for (const id of ids) this.#needed.add(id);
    return known;
  }

  findSnapshot(companyId: string, commit: number): KnownSnapshot | null {
    return this.#byCommit.get(commitKey(companyId, commit)) ?? null;
  }

  isNeeded(id: string): boolean {
    return this.#needed.has(id);
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
export function findLacking(disk: Disk, { ids, objectKeys }: KnownSnapshot, isStrict: boolean): string | null {
  const holds = (id: string) => (isStrict ? disk.holdsGood(id) : disk.holds(id));
  const isThere = (key: string) => (isStrict ? disk.isGood(key) : disk.wasStored(key));
  const id = ids.find((each) => !holds(each));
  if (id !== undefined) return `id ${toHex(Buffer.from(id, "latin1"))}`;
  return objectKeys.find((key) => !isThere(key)) ?? null;
}

export function commitKey(companyId: string, commit: number): string {
  return `${companyId}/${commit}`;
}
