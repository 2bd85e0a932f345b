import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/** Each log has at most this much, what came since the last look aside, and as much in the one before it (`.1`). */
export const MAX_LOG_BYTES = 32 * 1024 * 1024;
/** How often it is looked; a process that logs 3 MiB a second is broken, and goes beyond by 30 MiB. */
const LOOK_MS = 10_000;
const PIECE_BYTES = 1024 * 1024;
const READ_WRITE = constants.O_RDWR | constants.O_NOFOLLOW;
const WRITE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Moves what a log holds to `<path>.1` once it is longer than `maxBytes`. Whoever writes to it appends and keeps the file open, so it is
 * copied and then cut; a line that is written between the last read and the cut is lost, which takes microseconds. No link is followed,
 * because PostgreSQL's log lies in a folder of another account.
 */
export function rotateLog(path: string, maxBytes: number): void {
  const log = openIfThere(path);
  if (log === null) return;
  try {
    if (fstatSync(log).size <= maxBytes) return;
    const draft = `${path}.1.new`;
    rmSync(draft, { force: true });
    const kept = openSync(draft, WRITE_NEW, fstatSync(log).mode & 0o777);
    try {
      copyAll(log, kept);
      ftruncateSync(log, 0);
    } finally {
      closeSync(kept);
    }
    renameSync(draft, `${path}.1`);
  } finally {
    closeSync(log);
  }
}

/** Looks after logs while their processes run; a fault of one is told once. Returns what ends it. */
export function keepLogsShort(
  paths: readonly string[],
  onFault: (message: string) => void,
  { maxBytes = MAX_LOG_BYTES, lookMs = LOOK_MS } = {},
): () => void {
  const told = new Set<string>();
  const timer = setInterval(() => {
    for (const path of paths) {
      try {
        rotateLog(path, maxBytes);
      } catch (error) {
        if (told.has(path)) continue;
        told.add(path);
        onFault(`${path} cannot be rotated: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, READ_WRITE);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** To the end as it is when it is reached: what is appended meanwhile is copied, too. */
function copyAll(from: number, to: number): void {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let offset = 0;
  for (;;) {
    const bytesRead = readSync(from, piece, 0, PIECE_BYTES, offset);
    if (bytesRead === 0) return;
    for (let written = 0; written < bytesRead; ) written += writeSync(to, piece, written, bytesRead - written);
    offset += bytesRead;
  }
}
