import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { NewPack, PackKind, PackState } from "./pack-store.ts";

/** The jobs under which each tier is swept. That of the archive is also the job of freezing, so that neither begins while the other is in the middle. */
export const SWEEP_JOBS: Readonly<Record<PackTier, string>> = { backup: "sweep", archive: "archive" };

/** Marks are made under the lease of a job, `sweep`, `sweep-plan` or `archive`: whoever lost its token writes none. */
export interface MarkLease {
  readonly jobName: string;
  /** Whose packs are marked. Each tier has rounds of its own, and is whole by itself. */
  readonly tier: PackTier;
  readonly fencingToken: number;
}

/** What a round of marking begins with, read before any snapshot is looked at. */
export interface SweepBegin {
  readonly round: number;
  /** How many snapshots had been published: marks count as long as that holds. */
  readonly publications: number;
  /** Packs beyond this number came later; the round says nothing about them. */
  readonly packHigh: number;
}

/** Where one snapshot begins. */
export interface SnapshotRoots {
  readonly commit: number;
  readonly scope: number;
  readonly machineId: string;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
}

/** A page as one machine uploaded it: somebody else's copy may lie about its children. */
export interface MachinePage {
  readonly machineId: string;
  readonly scope: number;
  readonly pageId: Uint8Array;
}

export interface OpenPage extends MachinePage {
  /** A pack of that machine which holds it. */
  readonly packId: string;
}

export interface MarkIds {
  readonly machineId: string;
  readonly scope: number;
  /** 32 bytes each, back to back; 10,000 at most. */
  readonly ids: Uint8Array;
  /** Roots: content under their name is as good as nothing. */
  readonly arePages: boolean;
  /** For freezing: what live packs of the archive hold in every zone is entered, but its frames are not marked. */
  readonly exceptArchived?: boolean;
}

export type MarkOutcome =
  /** `lacking` are those that no pack holds any more: content nowhere, or a page not from this machine. */
  { readonly kind: "marked"; readonly lacking: readonly Uint8Array[] } | { readonly kind: "lease_lost" };

/** What a plan has to know about a pack. Ages count by the database's clock. */
export interface SweepPack {
  readonly packNo: number;
  readonly packId: string;
  readonly packKind: PackKind;
  readonly tier: PackTier;
  /** The zones keep it, so nothing is deleted. */
  readonly isLocked: boolean;
  readonly lockedUntil: Date | null;
  readonly sizeBytes: number;
  readonly state: Exclude<PackState, "gone">;
  readonly ageMs: number;
  /** Frames in which a snapshot reaches something. */
  readonly liveFrames: number;
  /** What was reached of it lies in another pack as well, where it was few. */
  readonly isRepacked: boolean;
  /** The run that uploaded it goes on. */
  readonly isRunOpen: boolean;
  /** Of a quarantined pack; `round` is null until it was noted which runs were open then. */
  readonly quarantine: {
    readonly round: number | null;
    readonly ageMs: number;
    readonly areRunsOpen: boolean;
  } | null;
}

export interface SweepPage {
  readonly after: number;
  readonly limit: number;
  readonly states: readonly SweepPack["state"][];
  /** Only packs with marks. */
  readonly isMarked?: boolean;
  /** Only packs with marks which, if each marked frame had so many bytes, would not fill the pack. */
  readonly sparseFrameBytes?: number;
}

export interface Repacked {
  readonly pack: NewPack;
  /** Where it is durable: every zone of the service. */
  readonly zoneIds: readonly string[];
  /** The run that is named for it: one of those whose frames it holds. */
  readonly runId: string;
  readonly sourcePackIds: readonly string[];
}

export type DeletePacksOutcome =
  | { readonly kind: "deleting"; readonly packIds: readonly string[] }
  /** A snapshot was published since the marking began: mark what is new, then ask again. */
  | { readonly kind: "marks_outdated"; readonly publications: number }
  /** Another round has begun, and with it other marks. */
  | { readonly kind: "round_over" };

/** What is compared with the zones before anything is deleted. */
export interface DeletionFacts {
  /** The database's clock. */
  readonly now: Date;
  /** The first commit number that was never given out. */
  readonly nextCommit: number;
  readonly newestSnapshot: { readonly commit: number; readonly manifestSha256: Uint8Array } | null;
}

/** A place in the index, as `dropChunks` answers it. */
export interface ChunkPosition {
  readonly scope: number;
  readonly chunkIdHex: string;
  readonly packNo: number;
}

export interface SweepEnd {
  readonly tier: PackTier;
  readonly round: number;
  /** Why nothing was deleted, or null. */
  readonly held: { readonly code: string; readonly detail: string } | null;
  /** Try again after this, before the schedule says so. */
  readonly retryMs: number | null;
}

export interface SweepRow extends Pick<SweepEnd, "tier" | "round" | "held"> {
  readonly companyId: string;
  readonly begunAt: Date;
  readonly finishedAt: Date | null;
}

/**
 * Finding and deleting what nothing reaches (DESIGN.md section 6). Marks are scratch: they write no outbox rows and are gone when the
 * next round begins. What changes a pack's state counts as history.
 */
export interface SweepStore {
  /** Begins a round. Of `isPlanOnly` nothing stays: it answers the number that the next round would have. Null: lease lost. */
  beginSweep(
    companyId: string,
    lease: MarkLease,
    options: { readonly isPlanOnly: boolean },
  ): Promise<SweepBegin | null>;
  /** Forgets marks of the job, 10,000 of each sort at most. */
  clearMarks(companyId: string, lease: MarkLease): Promise<"cleared" | "more" | "lease_lost">;
  /** Snapshots of the lease's tier of which a root is not marked, by commit number, at most `limit` (500). */
  listUnmarkedRoots(
    companyId: string,
    lease: MarkLease,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly SnapshotRoots[]>;
  /**
   * Marks every live or quarantined pack that holds one of the ids, whoever uploaded it, so no copy is lost by it; and notes those that are
   * pages of this machine, to be entered.
   */
  markIds(companyId: string, lease: MarkLease, marks: MarkIds): Promise<MarkOutcome>;
  /** Pages that are not entered yet, those of one pack together, at most `limit` (2,000). */
  listUnenteredPages(companyId: string, jobName: string, limit: number): Promise<readonly OpenPage[]>;
  /** All children of these pages (2,000 at most) are marked. False: lease lost. */
  enterPages(companyId: string, lease: MarkLease, pages: readonly MachinePage[]): Promise<boolean>;
  /** Live and quarantined packs of the tier and of that machine that hold the page, at most 16, live ones first. */
  listPageCopies(companyId: string, tier: PackTier, page: MachinePage): Promise<readonly string[]>;
  /**
   * Packs in these states by number, after `after`, at most `limit` (500), with what the job has marked. Null: lease lost, and with it the
   * marks; without them everything would look unreached.
   */
  listSweepPacks(companyId: string, lease: MarkLease, page: SweepPage): Promise<readonly SweepPack[] | null>;
  /** The marked frames of packs (500 at most); packs without marks are left out. Null: lease lost. */
  listLiveFrames(
    companyId: string,
    lease: MarkLease,
    packIds: readonly string[],
  ): Promise<readonly { readonly packId: string; readonly frames: readonly number[] }[] | null>;
  /**
   * Makes a pack known that holds frames of others, and notes with these where they lie now. From then on marks count only the new pack for what
   * lies in it, as long as it is live and present in every zone. Repeating it changes nothing. `invalid`: a pack does not take its own place. False when a source is not live any more, or the name is refused.
   */
  recordRepacked(companyId: string, repacked: Repacked): Promise<boolean>;
  /**
   * Notes for packs that were quarantined before this call which runs are open now. Called when the quarantining transaction is over, so every run that
   * was ever told "yes" about one of them has begun by then and counts. Answers how many packs: none when another round has begun.
   */
  sealQuarantine(companyId: string, tier: PackTier, round: number): Promise<number>;
  /** Quarantined packs (10,000 at most) that are reached are live again; answers those that it changed. */
  rescuePacks(companyId: string, packIds: readonly string[]): Promise<readonly string[]>;
  /**
   * From quarantined to deleting, for those of the packs (10,000 at most) that were quarantined in an earlier round, that this round did not mark, and
   * of whose quarantine no open run knows, and that no lock keeps; unless a snapshot was published since (`publications`). Begins a closure generation, so that a
   * commit that has walked such a pack walks again. There is no way back.
   */
  deletePacks(
    companyId: string,
    packIds: readonly string[],
    marked: { readonly tier: PackTier; readonly round: number; readonly publications: number },
  ): Promise<DeletePacksOutcome>;
  /** The objects of these deleting packs (10,000 at most) are deleted in every zone. */
  markObjectsDeleted(companyId: string, packIds: readonly string[], round: number): Promise<void>;
  /** Looks at the next `limit` (50,000) entries of the index and removes those of packs whose objects are deleted. Null: the end. */
  dropChunks(
    companyId: string,
    after: ChunkPosition | null,
    limit: number,
  ): Promise<{ readonly dropped: number; readonly next: ChunkPosition | null }>;
  /** Deleting packs whose objects and index entries are gone: `gone`, and nowhere present. At most 1,000; answers how many. */
  forgetPacks(companyId: string, tier: PackTier, round: number): Promise<number>;
  readDeletionFacts(companyId: string): Promise<DeletionFacts>;
  endSweep(companyId: string, end: SweepEnd): Promise<void>;
  findSweep(companyId: string, tier: PackTier): Promise<SweepRow | null>;
  /** Provider-wide: companies with a round of the tier under way, due again, or never swept. At most 1,000. */
  listCompaniesToSweep(tier: PackTier, everyMs: number): Promise<readonly string[]>;
}
