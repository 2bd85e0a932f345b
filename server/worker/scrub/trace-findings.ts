import { FormatError } from "../../../engine/codec/format-error.ts";
import type { PackIndex } from "../../../engine/format/pack-index.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import { idText } from "../../domain/pack/run-directories.ts";
import { readPackIndex } from "../../domain/snapshot/read-pack-index.ts";
import type { PackRow } from "../../domain/store/pack-store.ts";
import type { UntracedFinding } from "../../domain/store/scrub-store.ts";
import { badCopyCodeOf } from "../../domain/zone/bad-copy-code.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";

/** Findings followed at a time, a bit each, so that directories are read once for all of them: a lost disk has thousands. */
const MAX_FINDINGS = 256;
/** All bits, however many. */
const EVERY_FINDING = -1n;
/** Ids that are members of what was found or reach it: about 100 MB. Beyond it every snapshot of the company is named. */
const MAX_MARKS = 600_000;
/** A pack has 262,144 members at most. When this many are marked, the findings that are left wait for the next step. */
const ENOUGH_MARKS = 300_000;
const STEP_MS = 45_000;
const LEASE_MS = 90_000;
const PAGE = 500;

export interface TraceOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones">;
  readonly owner: string;
  readonly signal?: AbortSignal;
  readonly now: () => Date;
}

/** `waiting`: a zone that alone has a directory did not answer, or the process ends; nothing was recorded. */
export type TraceResult = { readonly kind: "busy" | "waiting" } | { readonly kind: "done"; readonly traced: number };

/**
 * [Note: What a finding touches]
 *
 * Which snapshots reach a bad pack? Edges are never rows, so the way up is found in the clear directories of the packs with tree pages:
 * the members of the bad pack are marked, then every page that has a marked child, until a whole pass over all directories marks
 * nothing more; a snapshot is touched when its top page or its change list is marked. Agents send children before their parents, so
 * two or three passes are usual. A page counts as whoever uploaded it says, so a hostile machine can add snapshots to the answer and hide
 * none. A directory of which no zone has a copy is taken to reach everything, and whoever has to stop names every snapshot: the
 * answer then says "these at most", and is sought again a day later while the copy is bad. No snapshot that is touched is ever left out.
 */
export async function traceFindings(options: TraceOptions, companyId: string): Promise<TraceResult> {
  const { store } = options.deps;
  const job = { companyId, name: "scrub-trace" };
  const taken = await store.takeJob(job, options.owner, LEASE_MS);
  if (!taken) return { kind: "busy" };
  try {
    const trace = new Trace(options, companyId);
    const findings: UntracedFinding[] = [];
    for (const finding of await store.listUntraced(companyId, MAX_FINDINGS)) {
      if (trace.isFull()) break;
      await trace.begin(finding.packId, 1n << BigInt(findings.length));
      findings.push(finding);
    }
    if (findings.length > 0) await trace.follow();
    if (options.signal?.aborted) return { kind: "waiting" };
    const touched = await trace.listSnapshots(findings.length);
    for (const [at, { findingId, packId }] of findings.entries()) {
      const found = { commits: touched[at] ?? [], isExact: trace.isExactFor(packId) };
      await store.recordTouched(companyId, findingId, found);
    }
    return { kind: "done", traced: findings.length };
  } catch (error) {
    if (error instanceof ZoneError) return { kind: "waiting" };
    throw error;
  } finally {
    await store.saveJob(job, { fencingToken: taken.fencingToken, cursor: null, leaseMs: 0 });
  }
}

class Trace {
  readonly #options: TraceOptions;
  readonly #companyId: string;
  readonly #endMs: number;
  /** By id: a bit for each finding that it reaches, or is a member of. */
  readonly #marks = new Map<string, bigint>();
  /** Of packs whose directory no zone could give. */
  readonly #unread = new Set<string>();
  #isCutShort = false;

  constructor(options: TraceOptions, companyId: string) {
    this.#options = options;
    this.#companyId = companyId;
    this.#endMs = options.now().getTime() + STEP_MS;
  }

  /** Marks what is in the pack itself: as its directory says where a zone has one, else as the index does. */
  async begin(packId: string, bit: bigint): Promise<void> {
    const { store } = this.#options.deps;
    const pack = await store.findPack(this.#companyId, packId);
    const index = pack && (await this.#readIndex(pack));
    const memberIds = index
      ? index.frames.flatMap((frame) => [...frame.memberIds])
      : await store.listPackMembers(this.#companyId, packId);
    for (const memberId of memberIds) this.#mark(idText(memberId), bit);
  }

  isFull(): boolean {
    return this.#marks.size >= ENOUGH_MARKS;
  }

  /** @throws ZoneError while a zone that alone has a directory is away */
  async follow(): Promise<void> {
    let isChanged = true;
    while (isChanged && !this.#isCutShort) isChanged = await this.#pass();
  }

  /** The pack itself need not be read: whatever reaches its members reaches it, and no more is needed. */
  isExactFor(packId: string): boolean {
    const others = this.#unread.size - (this.#unread.has(packId) ? 1 : 0);
    return !this.#isCutShort && others === 0;
  }

  /** Commit numbers, for each finding. */
  async listSnapshots(count: number): Promise<number[][]> {
    const commits = Array.from({ length: count }, (): number[] => []);
    for (let after = 0; ; ) {
      const page = await this.#options.deps.store.listSnapshotRoots(this.#companyId, { after, limit: PAGE });
      for (const { commit, topPageId, changeListId } of page) {
        const bits = this.#isCutShort ? EVERY_FINDING : this.#bitsOf(topPageId) | this.#bitsOf(changeListId);
        for (const [at, list] of commits.entries()) if ((bits & (1n << BigInt(at))) !== 0n) list.push(commit);
      }
      after = page.at(-1)?.commit ?? after;
      if (page.length < PAGE) return commits;
    }
  }

  async #pass(): Promise<boolean> {
    let isChanged = false;
    for (let after = 0; ; ) {
      const page = await this.#options.deps.store.listMetaPacks(this.#companyId, { after, limit: PAGE });
      for (const pack of page) {
        this.#isCutShort ||= this.#isOver();
        if (this.#isCutShort) return false;
        if (this.#unread.has(pack.packId)) continue;
        const index = await this.#readIndex(pack);
        if (index === null) isChanged = (await this.#markUnread(pack.packId)) || isChanged;
        else if (this.#markParents(index)) isChanged = true;
      }
      after = page.at(-1)?.packNo ?? after;
      if (page.length < PAGE) return isChanged;
    }
  }

  async #markUnread(packId: string): Promise<boolean> {
    this.#unread.add(packId);
    const memberIds = await this.#options.deps.store.listPackMembers(this.#companyId, packId);
    for (const memberId of memberIds) this.#mark(idText(memberId), EVERY_FINDING);
    return true;
  }

  /** Until nothing more is marked: a pack often holds a page and its parents. */
  #markParents({ frames }: PackIndex): boolean {
    let isAny = false;
    for (let isChanged = true; isChanged; isAny ||= isChanged) {
      isChanged = false;
      for (const frame of frames) {
        if (frame.kind === 1) continue;
        for (const [at, memberId] of frame.memberIds.entries()) {
          let bits = 0n;
          for (const childId of frame.childLists[at] ?? []) bits |= this.#bitsOf(childId);
          if (bits !== 0n && this.#mark(idText(memberId), bits)) isChanged = true;
        }
      }
    }
    return isAny;
  }

  /** True when it says something new. */
  #mark(id: string, bits: bigint): boolean {
    const before = this.#marks.get(id) ?? 0n;
    if ((before | bits) === before) return false;
    this.#marks.set(id, before | bits);
    return true;
  }

  #bitsOf(id: Uint8Array): bigint {
    return this.#marks.get(idText(id)) ?? 0n;
  }

  #isOver(): boolean {
    const { now, signal } = this.#options;
    return signal?.aborted === true || now().getTime() >= this.#endMs || this.#marks.size > MAX_MARKS;
  }

  /** From the first zone that has it; null where every copy is missing or bad. @throws ZoneError when one could not be asked */
  async #readIndex(pack: PackRow): Promise<PackIndex | null> {
    const { store, zones } = this.#options.deps;
    let away: ZoneError | null = null;
    for (const { zoneId, state } of pack.copies) {
      const zone = state === "missing" ? null : zones.find(zoneId);
      if (!zone) continue;
      try {
        return await readPackIndex(tieredZone(zone), this.#companyId, pack);
      } catch (error) {
        const code = error instanceof FormatError ? "bad_index" : badCopyCodeOf(error);
        if (code !== null)
          await store.markCopy(this.#companyId, zoneId, { packId: pack.packId, state: "suspect", code });
        else if (error instanceof ZoneError) away = error;
        else throw error;
      }
    }
    if (away) throw away;
    return null;
  }
}
