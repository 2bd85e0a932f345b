import { nodePrimitives as primitives } from "../../../engine/primitives/node.ts";
import { SnapshotReader } from "../../../engine/restore/snapshot-reader.ts";
import type { BuiltSnapshot } from "../../../engine/restore/testing/build-snapshot.ts";
import { FolderTarget } from "../folder-target.ts";
import { InlinePool } from "../inline-pool.ts";
import { type RestoreCounts, restoreTree } from "../restore-tree.ts";
import type { FileFailure, Shortfall } from "../write-task.ts";

export interface RestoreIntoOptions {
  readonly paths?: readonly string[];
  readonly isOverwriting?: boolean;
  readonly maxPieces?: number;
  readonly isVerifying?: boolean;
}

export interface RestoredInto {
  readonly to: string;
  readonly failures: readonly FileFailure[];
  readonly shortfalls: readonly Shortfall[];
  readonly counts: RestoreCounts;
}

/** Restores a snapshot from memory into a folder, as the command does, in this thread. */
export async function restoreInto(
  to: string,
  { source, keys, snapshotId }: BuiltSnapshot,
  options: RestoreIntoOptions = {},
): Promise<RestoredInto> {
  const failures: FileFailure[] = [];
  const shortfalls: Shortfall[] = [];
  const reader = await SnapshotReader.open({ source, keys, primitives }, snapshotId);
  const { isVerifying = false, isOverwriting = false, paths = [], maxPieces } = options;
  const target = isVerifying ? null : FolderTarget.open({ path: to, isOverwriting });
  const pool = new InlinePool({
    source,
    primitives,
    companyId: keys.companyId,
    target: target?.writerTarget ?? null,
    onProgress: () => {},
  });
  const counts = await restoreTree({
    reader,
    paths,
    pool,
    target,
    events: {
      onFailure: (failure) => failures.push(failure),
      onShortfall: (shortfall) => shortfalls.push(shortfall),
      onFiles: () => {},
    },
    ...(maxPieces !== undefined && { maxPieces }),
  });
  await pool.close();
  target?.close(true);
  return { to, failures, shortfalls, counts };
}
