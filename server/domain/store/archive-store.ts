import type { HoldView, RetentionSettings, SnapshotClass } from "../../../contracts/retention.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";
import type { ZoneObject } from "./commit-store.ts";
import type { NewPack } from "./pack-store.ts";

/** What ageing has to know about a snapshot. Times are the database's. */
export interface AgingSnapshot {
  readonly snapshotId: string;
  readonly commit: number;
  readonly receivedAt: Date;
  readonly isComplete: boolean;
  /** Its run began for a due time, not because somebody started it. */
  readonly isScheduled: boolean;
  readonly files: number;
  readonly bytes: number;
  /** What its run sent, as stored. */
  readonly sentBytes: number;
  readonly isInBackup: boolean;
  readonly frozen: {
    readonly snapshotClass: SnapshotClass;
    readonly retainUntil: Date;
    readonly isExpired: boolean;
  } | null;
  readonly isHeld: boolean;
}

export interface ArchivedPack {
  readonly pack: NewPack;
  /** One of the runs whose frames it holds. */
  readonly runId: string;
  /** Where it is durable, read back and locked: every zone of the service. */
  readonly zoneIds: readonly string[];
  readonly lockedUntil: Date;
}

export interface Freeze {
  readonly commit: number;
  readonly snapshotClass: SnapshotClass;
  /** Whole seconds. */
  readonly retainUntil: Date;
  /** The manifest and its sidecar in the archive base: durable, read back and locked in every zone. */
  readonly objects: readonly ZoneObject[];
  readonly zoneIds: readonly string[];
}

export interface DeletingPage {
  /** Null: from the first. */
  readonly after: string | null;
  readonly limit: number;
}

export interface RetentionRow {
  readonly level: SettingLevel;
  readonly settings: RetentionSettings;
}

export interface NewRetention {
  readonly level: Exclude<SettingLevel, "policy">;
  /** The company, machine or source; ignored for the provider. */
  readonly subjectId: string;
  readonly settings: RetentionSettings;
  readonly byPersonId: string;
}

export interface TierFigures {
  readonly snapshots: number;
  readonly packs: number;
  readonly storedBytes: number;
}

/**
 * Ageing: what is frozen, what leaves a tier, what nobody may remove ([Note: What is frozen stays] in the migration). The order in which things are
 * stored, locked and recorded is in `server/worker/archive`.
 */
export interface ArchiveStore {
  /** Snapshots of a source that are in the backup tier or were ever frozen, oldest first; at most 100,000. */
  listAgingSnapshots(companyId: string, sourceId: string): Promise<readonly AgingSnapshot[]>;
  /**
   * What of a source is to be frozen now (1,000 at most); what is not named is not due any more. Since when one is due stays as it was.
   */
  putDueFreezes(companyId: string, sourceId: string, commits: readonly number[]): Promise<void>;
  /** Why a freeze that is due could not be made the last time. Nothing where none is due. */
  noteFreezeProblem(companyId: string, commit: number, code: string): Promise<void>;
  /** Makes a pack of the archive known. Repeating it raises the lock and nothing else. False when the name is refused. */
  recordArchivedPack(companyId: string, archived: ArchivedPack): Promise<boolean>;
  /** Every zone keeps these packs (10,000 at most) until then. Never lowers a lock. */
  raisePackLocks(companyId: string, packIds: readonly string[], until: Date): Promise<void>;
  /** The snapshot is frozen from now on. False when it has left the backup tier, or was frozen before. */
  recordFrozen(companyId: string, freeze: Freeze): Promise<boolean>;
  /**
   * A frozen snapshot, and what leads to it, stays until then; packs are raised before. Its new sidecar stands beside the old ones, which go with it.
   * False when the archive has let it go, or keeps it for as long already.
   */
  extendFrozen(companyId: string, freeze: Freeze): Promise<boolean>;
  /**
   * These snapshots (10,000 at most) are no longer in the backup tier, and their manifests there are to be deleted. The newest of a source stays, and so does
   * one that a hold keeps and that is not frozen. Answers those that left.
   */
  leaveBackup(companyId: string, commits: readonly number[]): Promise<readonly number[]>;
  /** The archive lets these go (10,000 at most), as far as their time is over and no hold keeps them. Answers which. */
  expireArchived(companyId: string, commits: readonly number[]): Promise<readonly number[]>;
  /** Keys behind `after`, bytewise, of objects that are to be deleted in every zone, at most `limit` (500). */
  listDeletingObjects(companyId: string, page: DeletingPage): Promise<readonly string[]>;
  /** They are deleted in every zone. */
  removeObjects(companyId: string, objectKeys: readonly string[]): Promise<void>;
  /** @returns `not_found` for a snapshot that is not kept any more */
  placeHold(
    companyId: string,
    hold: {
      readonly holdId: string;
      readonly snapshotId: string;
      readonly reason: string;
      readonly byPersonId: string;
    },
  ): Promise<"placed" | "not_found">;
  liftHold(
    companyId: string,
    hold: { readonly holdId: string; readonly byPersonId: string },
  ): Promise<"lifted" | "not_found">;
  /** Open ones, newest first, at most 500. */
  listHolds(companyId: string): Promise<readonly HoldView[]>;
  /** `companyId` null: the provider's own. */
  putRetention(companyId: string | null, retention: NewRetention): Promise<"stored" | "subject_unknown">;
  /** Own settings of the provider, the company's policy, the company, the machine and the source, in the order of the levels; what sets nothing is left out. */
  listRetention(
    companyId: string | null,
    subject: { readonly machineId?: string | undefined; readonly sourceId?: string | undefined },
  ): Promise<readonly RetentionRow[]>;
  readTiers(
    companyId: string,
  ): Promise<{ readonly backup: TierFigures; readonly archive: TierFigures; readonly holds: number }>;
}
