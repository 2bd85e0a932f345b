import {
  PosixError,
  setMode,
  setModeAt,
  setOwner,
  setOwnerAt,
  setTimes,
  setTimesAt,
  setXattr,
  setXattrAt,
} from "../platform/posix-restore.ts";
import type { FileMeta, Shortfall, ShortfallKind } from "./write-task.ts";
import { MAX_LISTED_SHORTFALLS } from "./write-task.ts";

const SET_ID_BITS = 0o6000;

/** Collects what the target's file system, or the person's rights, did not allow. */
export class Shortfalls {
  readonly listed: Shortfall[] = [];
  count = 0;

  add(kind: ShortfallKind, path: string, code: string): void {
    this.count++;
    if (this.listed.length < MAX_LISTED_SHORTFALLS) this.listed.push({ kind, path, code });
  }

  /** Runs one call; what it cannot do is a shortfall. @returns whether it succeeded */
  attempt(kind: ShortfallKind, path: string, call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (!(error instanceof PosixError)) throw error;
      this.add(kind, path, error.code);
      return false;
    }
  }
}

/** Who owns new files here: what already is as it should be is not set again. */
export interface Maker {
  /** -1 when it is not known. */
  readonly uid: number;
  /** -1 when it is not known, as below a folder that hands down its own group. */
  readonly gid: number;
}

/**
 * Sets everything about an open file or folder but its content. The order matters: a change of owner clears the set-id
 * bits, and every other change moves the times.
 */
export function applyMeta(
  fd: number,
  meta: FileMeta,
  { path, maker, shortfalls }: { path: string; maker: Maker; shortfalls: Shortfalls },
): void {
  let isOwned = true;
  if (meta.uid !== maker.uid || meta.gid !== maker.gid) {
    isOwned = shortfalls.attempt("owner", path, () => setOwner(fd, meta.uid, meta.gid));
  }
  for (const xattr of meta.xattrs) shortfalls.attempt("xattr", path, () => setXattr(fd, xattr));
  shortfalls.attempt("mode", path, () => setMode(fd, safeMode(meta.mode, isOwned)));
  shortfalls.attempt("times", path, () => setTimes(fd, meta.seconds, meta.nanoseconds));
}

/** Set-id bits under another owner than the one they were given for would hand out that owner's rights. */
function safeMode(mode: number, isOwned: boolean): number {
  return isOwned ? mode : mode & ~SET_ID_BITS;
}

/** Like applyMeta for what is not opened: symlinks (which have no mode of their own), fifos, sockets, devices. */
export function applyMetaAt(
  place: { folder: number; name: string; path: string; isSymlink: boolean },
  meta: Omit<FileMeta, "sizeBytes">,
  { maker, shortfalls }: { maker: Maker; shortfalls: Shortfalls },
): void {
  const { folder, name, path } = place;
  let isOwned = true;
  if (meta.uid !== maker.uid || meta.gid !== maker.gid) {
    isOwned = shortfalls.attempt("owner", path, () => setOwnerAt(folder, name, meta.uid, meta.gid));
  }
  for (const xattr of meta.xattrs) shortfalls.attempt("xattr", path, () => setXattrAt(folder, name, xattr));
  if (!place.isSymlink) {
    shortfalls.attempt("mode", path, () => setModeAt(folder, name, safeMode(meta.mode, isOwned)));
  }
  shortfalls.attempt("times", path, () => setTimesAt(folder, name, meta.seconds, meta.nanoseconds));
}
