import type { FindingKind, FindingSort, FindingState } from "../../../contracts/scrubs.ts";
import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { ZoneObject } from "./commit-store.ts";
import type { Listed, ListRequest } from "./list-order.ts";
import type { PackKind, PackRow } from "./pack-store.ts";

/**
 * [Note: Findings]
 *
 * A finding is one copy that was confirmed to be bad: read and found to have another hash or length, or not there. There is one door:
 * the transaction in which a copy that counted, or was in doubt, becomes `missing` (`markCopy`) writes the finding, whoever
 * found it; the transaction that records a good copy in its place (`recordPresence`, `recordPack`) closes it. So a bad copy is
 * exactly one finding, and a copy that is present has none open. What was not copied yet was never found bad and is no finding.
 *
 * Whether another zone still has a copy is no column but looked up when it is read: `open` (somebody has one, healing is under way),
 * `lost` (nobody has), `gone` (the object is deleted, or about to be, so nothing is to be healed), `healed`.
 */
export interface FindingRow {
  readonly companyId: string;
  readonly companyName: string;
  readonly findingId: string;
  readonly zoneId: string;
  readonly zoneOrdinal: number;
  readonly kind: FindingKind;
  /** Id of a pack, key of everything else. */
  readonly objectName: string;
  readonly sizeBytes: number;
  readonly code: string;
  readonly foundAt: Date;
  readonly healedAt: Date | null;
  readonly state: FindingState;
  /** The snapshots that reach it; null until they were looked for. */
  readonly touched: Touched | null;
}

export interface Touched {
  readonly count: number;
  /** False: these at most, because something could not be read. */
  readonly isExact: boolean;
  /** The newest of those that are still kept, at most 5. */
  readonly newest: readonly TouchedSnapshot[];
}

export interface TouchedSnapshot {
  readonly snapshotId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly receivedAt: Date;
}

/** How far the scrub of one zone is, over all companies. */
export interface ZoneScrubRow {
  readonly zoneId: string;
  readonly ordinal: number;
  /** Companies whose copies are being read there. */
  readonly companies: number;
  /** Every copy of every company was read until here; null until a first round of each is through. */
  readonly lastFullAt: Date | null;
  /** Of the rounds under way, as when they were last saved. */
  readonly readBytes: number;
  readonly leftBytes: number;
  readonly findings: Readonly<Record<FindingState, number>>;
}

/** Where a round goes on: other objects by key first, then packs by number, because new packs come behind. */
export type ScrubPlace =
  | { readonly phase: "objects"; readonly after: string }
  | { readonly phase: "packs"; readonly after: number };

export interface ScrubRound {
  readonly startedAt: Date;
  readonly place: ScrubPlace;
  /** Cost of what this round has read; see plan-scrub.ts. */
  readonly readBytes: number;
  /** Cost of what is left, as it was last saved. */
  readonly leftBytes: number;
  /** When that was last counted, instead of carried on. */
  readonly countedAt: Date;
  readonly lastFullAt: Date | null;
}

export interface ScrubSave {
  /** Of the job `scrub/<zoneId>`; its lease is prolonged by `leaseMs`. */
  readonly fencingToken: number;
  readonly leaseMs: number;
  /** `begin`: a round begins now, and the one before, if there was one, was through. */
  readonly kind: "begin" | "continue";
  readonly place: ScrubPlace;
  readonly readBytes: number;
  readonly leftBytes: number;
  readonly isCounted: boolean;
  readonly nextInMs: number;
  /** Read whole and found good since the last save, at most 500 of each; those that count no longer stay as they are. */
  readonly verified: { readonly packIds: readonly string[]; readonly objectKeys: readonly string[] };
}

export interface PackCopy {
  readonly packNo: number;
  readonly packId: string;
  readonly packKind: PackKind;
  readonly tier: PackTier;
  readonly sizeBytes: number;
  /** Until when every zone is to keep it; null in the backup tier. */
  readonly lockedUntil: Date | null;
}

export interface ObjectCopy extends ZoneObject {
  /** As of a pack. */
  readonly lockedUntil: Date | null;
}

export interface UntracedFinding {
  readonly findingId: string;
  readonly packId: string;
}

/** A snapshot that is kept, and the two pages from which everything that it reaches is found. */
export interface SnapshotRoots {
  readonly commit: number;
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
}

/** Rounds of scrubbing, and what they and readers found. See [Note: Findings]. */
export interface ScrubStore {
  /** Provider-wide: companies of which something in the zone is due to be read. At most 1,000, the longest due first. */
  listScrubsDue(zoneId: string): Promise<readonly string[]>;
  findScrubRound(companyId: string, zoneId: string): Promise<ScrubRound | null>;
  /** What a round has still to read behind a place: copies in the zone that count, and their bytes. Takes 0.3 s for 1 TiB. */
  countCopiesLeft(
    companyId: string,
    zoneId: string,
    place: ScrubPlace,
  ): Promise<{ readonly copies: number; readonly bytes: number }>;
  /** Copies of packs in the zone that count, by number, at most `limit` (500); of live and quarantined packs alone. */
  listPackCopies(
    companyId: string,
    zoneId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly PackCopy[]>;
  /** The same of everything else, by key. */
  listObjectCopies(
    companyId: string,
    zoneId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly ObjectCopy[]>;
  /** Saves where a round stands, with what it verified. False when the token is no longer the job's: nothing was saved, stop. */
  saveScrubRound(companyId: string, zoneId: string, save: ScrubSave): Promise<boolean>;
  /** Provider-wide: companies with findings whose snapshots were not looked for, or not exactly found a day ago. At most 1,000. */
  listCompaniesToTrace(): Promise<readonly string[]>;
  /** Such findings of packs, oldest first, at most `limit` (500). All others know their snapshots from the start. */
  listUntraced(companyId: string, limit: number): Promise<readonly UntracedFinding[]>;
  /** Says which snapshots reach what was found. */
  recordTouched(
    companyId: string,
    findingId: string,
    touched: { readonly commits: readonly number[]; readonly isExact: boolean },
  ): Promise<void>;
  /** Live and quarantined packs with tree pages, by number, at most `limit` (500). */
  listMetaPacks(
    companyId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly (PackRow & { readonly packNo: number })[]>;
  /** Ids of all members of a pack, from the index: where no copy of its directory is left. */
  listPackMembers(companyId: string, packId: string): Promise<readonly Uint8Array[]>;
  /** Snapshots that are kept, by commit number, at most `limit` (500). */
  listSnapshotRoots(
    companyId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly SnapshotRoots[]>;
  /** Of one company, or (null) of all, for staff; no `states` mean all of them. */
  listFindings(
    companyId: string | null,
    request: ListRequest<FindingSort> & { readonly states: readonly FindingState[] },
  ): Promise<readonly Listed<FindingRow>[]>;
  /** Of every zone, for staff, in the order of the zones. */
  listZoneScrubs(): Promise<readonly ZoneScrubRow[]>;
}
