import { compareBytes } from "../../../../engine/codec/hex.ts";
import type { ChangeRow } from "../../../../engine/format/change-list.ts";
import type { DocumentState } from "../../../../engine/restore/change-history.ts";
import type { DocumentVersion } from "../protocol/reading-calls.ts";
import { modifiedAtMs } from "./folder-row.ts";
import type { GenuineSnapshot } from "./snapshot-lists.ts";

/** A version, and what the change list said. */
export interface PlannedVersion {
  readonly snapshot: GenuineSnapshot;
  /** Null: from this snapshot on it is not there. */
  readonly row: ChangeRow | null;
}

/**
 * Where a path became another, newest first: one version for each snapshot that differs from the one before it. Snapshots whose lists
 * cannot be read are passed over.
 *
 * @param snapshots oldest first
 * @param states of the path, one for each
 */
export function planVersions(
  snapshots: readonly GenuineSnapshot[],
  states: readonly DocumentState[],
): PlannedVersion[] {
  const versions: PlannedVersion[] = [];
  let before: ChangeRow | null = null;
  for (const [at, snapshot] of snapshots.entries()) {
    const state = states[at];
    if (state === undefined || state instanceof Error) continue;
    const row = state?.op === "present" ? state : null;
    if (!isSameVersion(before, row)) versions.push({ snapshot, row });
    before = row;
  }
  return versions.reverse();
}

export function toVersion({ snapshot, row }: PlannedVersion, isConfirmed: boolean): DocumentVersion {
  return {
    snapshotId: snapshot.snapshotId,
    receivedAtMs: snapshot.receivedAtMs,
    op: row === null ? "gone" : "present",
    sizeBytes: row?.sizeBytes ?? 0,
    modifiedAtMs: row === null ? 0 : modifiedAtMs(row),
    isConfirmed,
  };
}

function isSameVersion(a: ChangeRow | null, b: ChangeRow | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.entryType === b.entryType &&
    a.sizeBytes === b.sizeBytes &&
    a.mtimeSeconds === b.mtimeSeconds &&
    a.mtimeNanoseconds === b.mtimeNanoseconds &&
    compareBytes(a.contentFingerprint, b.contentFingerprint) === 0
  );
}
