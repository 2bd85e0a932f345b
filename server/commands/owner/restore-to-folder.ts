import { findConflicts } from "../../../agent/restore/find-conflicts.ts";
import { FolderTarget } from "../../../agent/restore/folder-target.ts";
import { type RestoreCounts, restoreTree } from "../../../agent/restore/restore-tree.ts";
import { ThreadPool } from "../../../agent/restore/writer-pool.ts";
import { toReadableText } from "../../../engine/restore/binary-text.ts";
import type { SnapshotReader } from "../../../engine/restore/snapshot-reader.ts";
import { ClientError } from "./client-error.ts";
import type { Reading } from "./open-reading.ts";
import { RestoreReport } from "./restore-report.ts";

export interface RestoreToFolderOptions {
  readonly reading: Reading;
  readonly reader: SnapshotReader;
  /** Absolute paths as binary text; none restores everything. */
  readonly paths: readonly string[];
  /** Null: everything is read and verified, nothing is written. */
  readonly to: string | null;
  readonly isOverwriting: boolean;
  readonly isJson: boolean;
}

export interface RestoreResult extends RestoreCounts {
  readonly bytes: number;
  readonly storedBytes: number;
  readonly seconds: number;
  readonly exitCode: number;
}

/**
 * Restores one snapshot below a folder, or verifies it.
 *
 * @throws ClientError `target_not_empty`, `target_unusable`; what `restoreTree` throws
 */
export async function restoreToFolder(options: RestoreToFolderOptions): Promise<RestoreResult> {
  const { reading, reader, paths, to, isOverwriting, isJson } = options;
  const report = new RestoreReport(isJson, await totalBytes(reader, paths));
  if (to !== null) await requireRoom(options, to);
  const target = to === null ? null : openTarget(to, isOverwriting);
  const pool = new ThreadPool({
    origin: reading.session.portalUrl,
    bulkToken: await reading.getBulkToken(false),
    companyId: reading.keys.companyId,
    target: target?.writerTarget ?? null,
    renewToken: () => reading.getBulkToken(true),
    onProgress: report.onProgress,
  });
  let isComplete = false;
  try {
    const counts = await restoreTree({ reader, paths, pool, target, events: report });
    isComplete = true;
    const { bytes, storedBytes, seconds } = report;
    return { ...counts, bytes, storedBytes, seconds, exitCode: report.finish(counts) };
  } finally {
    await pool.close();
    target?.close(isComplete);
  }
}

/** Nothing is written before it is known that nothing has to be replaced. */
async function requireRoom({ reader, paths, isOverwriting }: RestoreToFolderOptions, to: string): Promise<void> {
  const { count, paths: found } = await findConflicts(reader, { to, paths, isOverwriting });
  if (count === 0) return;
  const named = found.map((path) => toReadableText(`${to}/${path}`)).join(", ");
  const more = count > found.length ? ` and ${count - found.length} more` : "";
  const advice = isOverwriting
    ? "a folder and something else never replace each other: move it away, or restore to another folder"
    : "restore to an empty folder, or replace them with --overwrite";
  throw new ClientError(
    "target_not_empty",
    `nothing was restored, because this is there already: ${named}${more}; ${advice}`,
  );
}

function openTarget(path: string, isOverwriting: boolean): FolderTarget {
  try {
    return FolderTarget.open({ path, isOverwriting });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new ClientError("target_unusable", `${path} cannot be written to: ${error.message}`);
  }
}

async function totalBytes(reader: SnapshotReader, paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) {
    const entry = await reader.find(path);
    if (entry === null) return reader.snapshot.header.contentBytes;
    if (entry.type === "folder") bytes += entry.bytesBelow;
    if (entry.type === "file") bytes += entry.sizeBytes;
  }
  return paths.length === 0 ? reader.snapshot.header.contentBytes : bytes;
}
