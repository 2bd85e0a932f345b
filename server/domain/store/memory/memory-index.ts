import {
  type CommitEntry,
  type Copy,
  type ExpectedState,
  type FindingEntry,
  isKeptSnapshot,
  type ObjectEntry,
  type PackEntry,
  type RunState,
  type SnapshotEntry,
} from "./memory-rows.ts";
import { SortedKeys } from "./sorted-keys.ts";

type CopiedEntry = PackEntry | ObjectEntry;

/**
 * What PostgreSQL has as indexes: the same rows by what they are asked for. The simulator makes hundreds of thousands of them, and looking through all
 * rows in each call would take days. Whatever changes a column that is indexed here is changed by way of this class.
 */
export class CompanyIndex {
  readonly openRuns = new Set<RunState>();
  readonly #runsByClient = new Map<string, RunState>();
  readonly #runsBySource = new Map<string, RunState[]>();
  readonly #newestRuns = new Map<string, RunState>();
  /** By source: when the last run began that was not missed. */
  readonly #lastStartMs = new Map<string, number>();
  readonly reserved = new Map<number, CommitEntry>();
  readonly snapshotsByCommit = new Map<number, SnapshotEntry>();
  readonly #newestSnapshots = new Map<string, SnapshotEntry>();
  /** By machine, of those that one tier has at least. */
  readonly #snapshotCounts = new Map<string, number>();
  snapshotCount = 0;
  readonly #expected = new Map<string, ExpectedState[]>();
  readonly #waiting = new Map<string, Set<ExpectedState>>();
  /** By number, because numbers only grow. */
  readonly packs: PackEntry[] = [];
  readonly #packsByRun = new Map<string, PackEntry[]>();
  readonly objectKeys = new SortedKeys<string>();
  readonly #objectsByCommit = new Map<number, ObjectEntry[]>();
  /** Of objects that are being deleted. */
  readonly deletingKeys = new SortedKeys<string>();
  /** By zone: what is not present there, whatever else is the matter with it. */
  readonly #lacking = new Map<string, Set<CopiedEntry>>();
  readonly #findings = new Map<CopiedEntry, FindingEntry[]>();
  liveBytes = 0;

  addRun(run: RunState): void {
    const { agentId, clientRunId, sourceId, machineId } = run;
    if (run.endedAt === null) this.openRuns.add(run);
    this.#runsByClient.set(`${agentId}/${clientRunId}`, run);
    pushTo(this.#runsBySource, sourceId, run);
    this.#newestRuns.set(machineId, run);
    if (run.outcome === "missed") return;
    this.#lastStartMs.set(sourceId, Math.max(this.#lastStartMs.get(sourceId) ?? 0, run.startedAt.getTime()));
  }

  closeRun(run: RunState): void {
    this.openRuns.delete(run);
  }

  runOfClient(agentId: string, clientRunId: string): RunState | undefined {
    return this.#runsByClient.get(`${agentId}/${clientRunId}`);
  }

  /** As they began; their ids carry clocks, which may have been wrong. */
  runsOf(sourceId: string): readonly RunState[] {
    return this.#runsBySource.get(sourceId) ?? [];
  }

  newestRunOf(machineId: string): RunState | undefined {
    return this.#newestRuns.get(machineId);
  }

  lastStartMsOf(sourceId: string): number {
    return this.#lastStartMs.get(sourceId) ?? 0;
  }

  addSnapshot(entry: SnapshotEntry): void {
    const { commit, snapshot } = entry;
    const { machineId } = snapshot;
    this.snapshotsByCommit.set(commit, entry);
    this.#countSnapshot(machineId, isKeptSnapshot(entry) ? 1 : 0);
    const newest = this.#newestSnapshots.get(machineId);
    if (newest === undefined || commit > newest.commit) this.#newestSnapshots.set(machineId, entry);
  }

  setAging(
    entry: SnapshotEntry,
    aging: Partial<Pick<SnapshotEntry, "backupLeftAt" | "frozen" | "archiveExpiredAt">>,
  ): void {
    const before = isKeptSnapshot(entry);
    Object.assign(entry, aging);
    this.#countSnapshot(entry.snapshot.machineId, Number(isKeptSnapshot(entry)) - Number(before));
  }

  /** In the order of their commit numbers, from behind one; `nextCommit` is the first that was never given out. */
  *snapshotsAfter(commit: number, nextCommit: number): Generator<SnapshotEntry> {
    for (let at = commit + 1; at < nextCommit; at++) {
      const entry = this.snapshotsByCommit.get(at);
      if (entry) yield entry;
    }
  }

  snapshotCountOf(machineId: string): number {
    return this.#snapshotCounts.get(machineId) ?? 0;
  }

  newestSnapshotOf(machineId: string): SnapshotEntry | undefined {
    return this.#newestSnapshots.get(machineId);
  }

  /** `before` is the row that stood under the same due time. */
  addExpected(row: ExpectedState, before: ExpectedState | undefined): void {
    const { sourceId } = row;
    const rows = this.#expected.get(sourceId) ?? [];
    if (before) rows.splice(rows.indexOf(before), 1);
    insertInto(this.#expected, sourceId, { value: row, isBefore: (other) => row.dueAt < other.dueAt });
    if (before) this.#waiting.get(sourceId)?.delete(before);
    this.setExpected(row, row.state);
  }

  setExpected(row: ExpectedState, state: ExpectedState["state"]): void {
    const waiting = this.#waiting.get(row.sourceId) ?? new Set<ExpectedState>();
    this.#waiting.set(row.sourceId, waiting);
    row.state = state;
    if (state === "waiting") waiting.add(row);
    else waiting.delete(row);
  }

  /** The newest row that was due until then and not dropped. */
  newestExpectedOf(sourceId: string, until: Date): ExpectedState | undefined {
    return this.#expected.get(sourceId)?.findLast((row) => row.dueAt <= until && row.state !== "dropped");
  }

  waitingOf(sourceId: string): readonly ExpectedState[] {
    return [...(this.#waiting.get(sourceId) ?? [])];
  }

  addPack(pack: PackEntry): void {
    this.packs.push(pack);
    pushTo(this.#packsByRun, pack.runId, pack);
    if (pack.state === "live") this.liveBytes += pack.sizeBytes;
    this.#noteCopies(pack);
  }

  setPackState(pack: PackEntry, state: PackEntry["state"]): void {
    if (pack.state === "live") this.liveBytes -= pack.sizeBytes;
    pack.state = state;
    if (state === "live") this.liveBytes += pack.sizeBytes;
  }

  /** In the order of their numbers, from behind one. */
  *packsAfter(packNo: number): Generator<PackEntry> {
    let [low, high] = [0, this.packs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.packs[middle]?.packNo ?? 0) <= packNo) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.packs.length; at++) {
      const pack = this.packs[at];
      if (pack) yield pack;
    }
  }

  packsOfRun(runId: string): readonly PackEntry[] {
    return this.#packsByRun.get(runId) ?? [];
  }

  addObject(object: ObjectEntry): void {
    this.objectKeys.add(object.objectKey);
    if (object.commit !== null) pushTo(this.#objectsByCommit, object.commit, object);
    this.#noteCopies(object);
  }

  objectsOf(commit: number): readonly ObjectEntry[] {
    return this.#objectsByCommit.get(commit) ?? [];
  }

  /** Nothing lacks it any more: it goes everywhere. */
  setDeleting(object: ObjectEntry): void {
    object.isDeleting = true;
    this.deletingKeys.add(object.objectKey);
    this.#forgetCopies(object);
  }

  removeObject(object: ObjectEntry): void {
    const { objectKey, commit } = object;
    this.objectKeys.delete(objectKey);
    this.deletingKeys.delete(objectKey);
    this.#forgetCopies(object);
    if (commit === null) return;
    const left = this.objectsOf(commit).filter((each) => each !== object);
    if (left.length > 0) this.#objectsByCommit.set(commit, left);
    else this.#objectsByCommit.delete(commit);
  }

  setCopy(entry: CopiedEntry, zoneId: string, copy: Copy): void {
    entry.copies.set(zoneId, copy);
    this.#noteCopy(entry, zoneId, copy);
  }

  clearCopies(entry: CopiedEntry): void {
    this.#forgetCopies(entry);
    entry.copies.clear();
  }

  lackingPacks(zoneId: string): PackEntry[] {
    const packs = [...(this.#lacking.get(zoneId) ?? [])].filter((entry) => "packNo" in entry);
    return packs.sort((a, b) => a.packNo - b.packNo);
  }

  /** Without those that are being deleted. */
  lackingObjects(zoneId: string): ObjectEntry[] {
    const objects = [...(this.#lacking.get(zoneId) ?? [])].filter((entry) => "objectKey" in entry);
    return objects.sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1));
  }

  addFinding(finding: FindingEntry): void {
    pushTo(this.#findings, finding.entry, finding);
  }

  findingsOf(entry: CopiedEntry): readonly FindingEntry[] {
    return this.#findings.get(entry) ?? [];
  }

  #countSnapshot(machineId: string, change: number): void {
    this.snapshotCount += change;
    this.#snapshotCounts.set(machineId, this.snapshotCountOf(machineId) + change);
  }

  #forgetCopies(entry: CopiedEntry): void {
    for (const lacking of this.#lacking.values()) lacking.delete(entry);
  }

  #noteCopies(entry: CopiedEntry): void {
    for (const [zoneId, copy] of entry.copies) this.#noteCopy(entry, zoneId, copy);
  }

  #noteCopy(entry: CopiedEntry, zoneId: string, { state }: Copy): void {
    const lacking = this.#lacking.get(zoneId) ?? new Set<CopiedEntry>();
    this.#lacking.set(zoneId, lacking);
    if (state === "present" || ("isDeleting" in entry && entry.isDeleting)) lacking.delete(entry);
    else lacking.add(entry);
  }
}

interface Inserted<Value> {
  readonly value: Value;
  readonly isBefore: (other: Value) => boolean;
}

/** What comes new is nearly always the last. */
function insertInto<Key, Value>(lists: Map<Key, Value[]>, key: Key, { value, isBefore }: Inserted<Value>): void {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  let at = list.length;
  for (let other = list[at - 1]; other !== undefined && isBefore(other); other = list[at - 1]) at--;
  list.splice(at, 0, value);
}

function pushTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
