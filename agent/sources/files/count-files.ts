import { setImmediate as nextTurn } from "node:timers/promises";
import { closeFd } from "../../platform/posix-read.ts";
import { type WalkInput, walk } from "./walk.ts";

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
export async function countFiles(input: WalkInput, signal: AbortSignal): Promise<FileCount> {
  const count = { files: 0, bytes: 0 };
  let sliceEndMs = performance.now() + SLICE_MS;
  for (const event of walk({ ...input, cache: undefined, isSameSelection: false })) {
    if (event.kind === "close" && event.fd !== undefined) closeFd(event.fd);
    if (event.kind === "leaf" && event.stat.isFile()) {
      count.files += 1;
      count.bytes += Number(event.stat.size);
    }
    if (performance.now() < sliceEndMs) continue;
    await nextTurn();
    if (signal.aborted) break;
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return count;
}
