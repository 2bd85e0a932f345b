import type { IncidentKind } from "../../../../contracts/incidents.ts";
import type { SnapshotClass } from "../../../../contracts/retention.ts";
import type { PackTier } from "../../../../engine/format/pack-index.ts";
import type { ChunkKind } from "../../../../engine/ports/chunk-index.ts";
import type { NewSnapshot, ZoneObject } from "../commit-store.ts";
import type { ExpectedRun } from "../ledger-store.ts";
import type { PackKind, PackState, PresenceState } from "../pack-store.ts";
import type { RunOutcome, RunProgress } from "../run-store.ts";

export interface Copy {
  state: PresenceState;
  code: string | null;
}

export interface RunState {
  readonly runId: string;
  readonly clientRunId: string;
  readonly agentId: string;
  readonly machineId: string;
  readonly sourceId: string;
  readonly zoneId: string;
  readonly fencingToken: number;
  leaseUntilMs: number;
  readonly startedAt: Date;
  endedAt: Date | null;
  outcome: RunOutcome | null;
  code: string | null;
  progress: RunProgress;
  isCancelled: boolean;
  snapshotId: string | null;
  readonly dueAt: Date | null;
  readonly isCatchUp: boolean;
  readonly attempt: number;
  readonly mustEndAt: Date | null;
}

export interface ExpectedState extends Omit<ExpectedRun, "missedAfter"> {
  missedAfter: Date;
  readonly plannedAt: Date;
  state: "waiting" | "started" | "missed" | "caught_up" | "dropped";
}

export interface PackEntry {
  readonly packNo: number;
  readonly packId: string;
  readonly packKind: PackKind;
  readonly scope: number;
  readonly sizeBytes: number;
  readonly directoryOffset: number;
  readonly directorySizeBytes: number;
  state: PackState;
  readonly tier: PackTier;
  lockedUntil: Date | null;
  readonly machineId: string;
  readonly runId: string;
  readonly copies: Map<string, Copy>;
  readonly createdAtMs: number;
  /** Of the sweep; see sweep-store.ts. */
  quarantine: { readonly atMs: number; round: number | null; token: number } | null;
  deletedRound: number | null;
  repackedInto: number | null;
}

export interface ChunkEntry {
  readonly pack: PackEntry;
  readonly frame: number;
  readonly kind: ChunkKind;
}

export interface ObjectEntry extends ZoneObject {
  readonly commit: number | null;
  readonly bytes: Uint8Array | null;
  readonly copies: Map<string, Copy>;
  lockedUntil: Date | null;
  isDeleting: boolean;
}

export interface FindingEntry {
  readonly findingId: string;
  readonly zoneId: string;
  readonly entry: PackEntry | ObjectEntry;
  readonly code: string;
  readonly foundAt: Date;
  healedAt: Date | null;
  touched: readonly number[] | null;
  isExact: boolean;
  tracedAt: Date | null;
}

export interface CommitEntry {
  readonly commit: number;
  readonly runId: string;
  readonly snapshotId: string;
  state: "reserved" | "published" | "void";
  readonly receivedAt: Date;
}

export interface SnapshotEntry {
  readonly commit: number;
  readonly runId: string;
  readonly zoneId: string;
  readonly receivedAt: Date;
  readonly outcome: "complete" | "complete_with_gaps";
  readonly snapshot: NewSnapshot;
  readonly packHigh: number;
  backupLeftAt: Date | null;
  frozen: { readonly snapshotClass: SnapshotClass; readonly frozenAt: Date; readonly retainUntil: Date } | null;
  archiveExpiredAt: Date | null;
}

/** In one tier at least. */
export function isKeptSnapshot({ backupLeftAt, frozen, archiveExpiredAt }: SnapshotEntry): boolean {
  return backupLeftAt === null || (frozen !== null && archiveExpiredAt === null);
}

export interface HoldState {
  readonly holdId: string;
  readonly commit: number;
  readonly reason: string;
  readonly placedAt: Date;
  liftedAt: Date | null;
}

export interface IncidentEntry {
  readonly incidentId: string;
  /** Null for what concerns the provider as a whole. */
  readonly companyId: string | null;
  readonly kind: IncidentKind;
  readonly subject: string;
  code: string;
  count: number;
  readonly openedAt: Date;
  seenAt: Date;
  closedAt: Date | null;
  acknowledged: { readonly at: Date; readonly personId: string; readonly note: string | null } | null;
}
