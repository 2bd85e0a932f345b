import { machineIdSchema, snapshotIdSchema } from "../../contracts/ids.ts";
import type { HoldView, SnapshotClass } from "../../contracts/retention.ts";
import type { AgingSnapshot, ArchiveStore } from "../domain/store/archive-store.ts";

/** A row of aging-snapshots. */
export interface AgingRecord {
  readonly snapshot_id: string;
  readonly commit: number;
  readonly received_at: Date;
  readonly is_complete: boolean;
  readonly is_scheduled: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly stored_bytes: number;
  readonly is_in_backup: boolean;
  readonly class: SnapshotClass | null;
  readonly retain_until: Date | null;
  readonly is_expired: boolean;
  readonly is_held: boolean;
}

export function toAging(row: AgingRecord): AgingSnapshot {
  const { class: snapshotClass, retain_until: retainUntil, is_expired: isExpired } = row;
  return {
    snapshotId: row.snapshot_id,
    commit: row.commit,
    receivedAt: row.received_at,
    isComplete: row.is_complete,
    isScheduled: row.is_scheduled,
    files: row.files,
    bytes: row.bytes,
    sentBytes: row.stored_bytes,
    isInBackup: row.is_in_backup,
    frozen: snapshotClass === null || retainUntil === null ? null : { snapshotClass, retainUntil, isExpired },
    isHeld: row.is_held,
  };
}

/** A row of holds-list. */
export interface HoldRecord {
  readonly hold_id: string;
  readonly snapshot_id: string;
  readonly machine_id: string;
  readonly machine_name: string;
  readonly received_at: Date;
  readonly reason: string;
  readonly placed_at: Date;
}

export function toHold(row: HoldRecord): HoldView {
  return {
    holdId: row.hold_id,
    snapshotId: snapshotIdSchema.parse(row.snapshot_id),
    machineId: machineIdSchema.parse(row.machine_id),
    machineName: row.machine_name,
    receivedAt: row.received_at,
    reason: row.reason,
    placedAt: row.placed_at,
  };
}

/** A row of tiers-read. */
export interface TiersRecord {
  readonly backup_snapshots: number;
  readonly archive_snapshots: number;
  readonly holds: number;
  readonly backup_packs: number;
  readonly backup_bytes: number;
  readonly archive_packs: number;
  readonly archive_bytes: number;
}

export function toTiers(row: TiersRecord): Awaited<ReturnType<ArchiveStore["readTiers"]>> {
  return {
    backup: { snapshots: row.backup_snapshots, packs: row.backup_packs, storedBytes: row.backup_bytes },
    archive: { snapshots: row.archive_snapshots, packs: row.archive_packs, storedBytes: row.archive_bytes },
    holds: row.holds,
  };
}
