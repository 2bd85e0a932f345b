import { setImmediate as nextTurn } from "node:timers/promises";
import { walkSource } from "../../engine/backup/walk-source.ts";
import type { Source } from "../../engine/ports/source.ts";

/** As long as this the backup itself waits at a time. */
const SLICE_MS = 5;

export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Counts what a walk will find, in slices beside the backup's own work, so that a first backup can say how long it will
 * take. Reads no content. Counts to the end of the walk, or until the signal is aborted: then what was counted is not all.
 */
export async function countFiles(source: Source, signal: AbortSignal): Promise<FileCount> {
  const count = { files: 0, bytes: 0 };
  let sliceEndMs = performance.now() + SLICE_MS;
  for (const event of walkSource(source)) {
    if (event.kind === "close") event.folder?.close();
    if (event.kind === "leaf" && event.object.type === "file") {
      count.files += 1;
      count.bytes += event.object.sizeBytes;
    }
    if (performance.now() < sliceEndMs) continue;
    await nextTurn();
    if (signal.aborted) break;
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return count;
}
