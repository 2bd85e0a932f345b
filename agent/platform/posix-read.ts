import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from "node:fs";
import type { EntryType, GapReason, Stretch, Xattr } from "../../engine/ports/source.ts";
import { SourceError } from "../../engine/ports/source-error.ts";
import { readCalls } from "./posix-libc.ts";

/** Everything by which the agent reads a POSIX file system. No call follows a symlink in the last component. */

/** A path as the system takes it: bytes, no text, because names need not be UTF-8. */
export type SystemPath = Buffer;

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
const O_NOATIME = process.platform === "linux" ? (constants.O_NOATIME ?? 0) : 0;
const O_PATH = process.platform === "linux" ? 0x200000 : 0;
const SEEK_DATA = process.platform === "darwin" ? 4 : 3;
const SEEK_HOLE = process.platform === "darwin" ? 3 : 4;

const SLASH = Buffer.from("/");
const STAT_OPTIONS = { bigint: true } as const;
const NAMES_OPTIONS = { encoding: "buffer" } as const;
/** Linux allows 64 KiB of names and 64 KiB for a value. */
const XATTR_MAX_BYTES = 65_536;

/** lstat. @throws the system's error */
export function statPath(path: SystemPath): BigIntStats {
  return lstatSync(path, STAT_OPTIONS);
}

/** Names in a folder, sorted bytewise. @throws the system's error */
export function listNames(path: SystemPath): Buffer[] {
  return readdirSync(path, NAMES_OPTIONS).sort(Buffer.compare);
}

export function joinPath(folder: SystemPath, name: Uint8Array): SystemPath {
  if (folder.length === 1 && folder[0] === 0x2f) return Buffer.concat([SLASH, name]);
  return Buffer.concat([folder, SLASH, name]);
}

export function readTarget(path: SystemPath): Buffer {
  return readlinkSync(path, NAMES_OPTIONS);
}

/**
 * Opens a file for reading without waiting for a FIFO's other end, without following a symlink, and without changing
 * its access time where the system lets this user do that.
 */
export function openForRead(path: SystemPath): number {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  if (O_NOATIME === 0) return openSync(path, flags);
  try {
    return openSync(path, flags | O_NOATIME);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error;
    return openSync(path, flags);
  }
}

/** Linux takes paths of 4,095 bytes; from this length on a folder is reached through its descriptor. */
const REACH_LIMIT_BYTES = 3_700;

/**
 * How the system reaches below a folder: its path, or, where paths below it would become too long, an open descriptor of it
 * that `/proc/self/fd` gives a short name. @throws the system's error
 */
export function reachFolder(path: SystemPath): { readonly reach: SystemPath; readonly fd: number | undefined } {
  if (path.length <= REACH_LIMIT_BYTES) return { reach: path, fd: undefined };
  if (process.platform !== "linux") throw new SourceError("name-too-long", "ENAMETOOLONG");
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_PATH);
  return { reach: Buffer.from(`/proc/self/fd/${fd}`), fd };
}

/** The path of a folder without symlinks on the way. @throws the system's error */
export function realFolder(path: string): SystemPath {
  return realpathSync.native(path, NAMES_OPTIONS);
}

/** Bytes from a place in an open file on; fewer than fit are no end, 0 is. @throws the system's error */
export function readAt(fd: number, into: Uint8Array, offset: number): number {
  return readSync(fd, into, 0, into.length, offset);
}

export function statFd(fd: number): BigIntStats {
  return fstatSync(fd, STAT_OPTIONS);
}

export { closeSync as closeFd };

/** The system's name of an error, as ENOENT; "unknown" for anything else. */
export function systemCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "unknown";
}

/** Trying again helps against a hiccup of the storage, not against a missing right or a missing file. */
const PASSING = new Set(["EIO", "EAGAIN", "ESTALE", "ETXTBSY"]);
const REASONS = new Map<string, GapReason>([
  ["EACCES", "unreadable"],
  ["EPERM", "unreadable"],
  ["ENOENT", "vanished"],
  ["ENOTDIR", "vanished"],
  ["ELOOP", "vanished"],
  ["ENAMETOOLONG", "name-too-long"],
]);

/** What the system failed with, in words of the Source port. The system's message holds the path as text; it is left out. */
export function asSourceError(error: unknown): unknown {
  if (error instanceof SourceError) return error;
  const code = systemCode(error);
  if (code === "unknown") return error;
  return new SourceError(REASONS.get(code) ?? "io-error", code, { isPassing: PASSING.has(code) });
}

const TYPE_MASK = 0o170000;
const TYPES = new Map<number, EntryType>([
  [0o100000, "file"],
  [0o040000, "folder"],
  [0o120000, "symlink"],
  [0o010000, "fifo"],
  [0o020000, "character-device"],
  [0o060000, "block-device"],
  [0o140000, "socket"],
]);

/** Undefined for what POSIX does not know (a whiteout, a door). */
export function entryType(mode: number): EntryType | undefined {
  return TYPES.get(mode & TYPE_MASK);
}

export function deviceNumbers(device: bigint): { major: number; minor: number } {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return { major: Number(major & 0xffffffffn), minor: Number(minor & 0xffffffffn) };
}

const NO_XATTRS: readonly Xattr[] = [];
const names = new Uint8Array(XATTR_MAX_BYTES);

/** Extended attributes of an open file (fd) or of anything else by path, sorted by name. ACLs are among them. */
export function readXattrs(of: number | SystemPath): readonly Xattr[] {
  const calls = readCalls();
  const path = typeof of === "number" ? undefined : Buffer.concat([of, Buffer.alloc(1)]);
  const listBytes =
    typeof of === "number"
      ? calls.flistxattr(of, names, names.length)
      : calls.llistxattr(path ?? SLASH, names, names.length);
  if (listBytes === 0) return NO_XATTRS;
  if (listBytes < 0) return noneOrThrow(calls.errno());
  const found: Xattr[] = [];
  for (const name of splitNames(listBytes)) {
    const nameZ = Buffer.concat([name, Buffer.alloc(1)]);
    const value = new Uint8Array(XATTR_MAX_BYTES);
    const size =
      typeof of === "number"
        ? calls.fgetxattr(of, nameZ, value, value.length)
        : calls.lgetxattr(path ?? SLASH, nameZ, value, value.length);
    // Gone again, or not for this user to read: the attribute is not there as far as this backup can see.
    if (size >= 0) found.push({ name, value: value.slice(0, size) });
  }
  return found.sort((a, b) => Buffer.compare(a.name, b.name));
}

function splitNames(listBytes: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < listBytes; at++) {
    if (names[at] !== 0) continue;
    if (at > start) found.push(names.slice(start, at));
    start = at + 1;
  }
  return found;
}

function noneOrThrow(code: string): readonly Xattr[] {
  if (code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS") return NO_XATTRS;
  throw Object.assign(new Error(`listing extended attributes: ${code}`), { code });
}

/** More extents than this and small holes are read as the zeros they are: a bound on memory, 3 MiB of extents. */
const MAX_EXTENTS = 65_536;

/** The data and holes of an open file, in order, covering exactly `sizeBytes`. */
export function listExtents(fd: number, sizeBytes: number): Stretch[] {
  const extents: Stretch[] = [];
  let offset = 0;
  while (offset < sizeBytes) {
    if (extents.length >= MAX_EXTENTS) {
      extents.push({ isHole: false, offset, sizeBytes: sizeBytes - offset });
      break;
    }
    const data = seek(fd, offset, SEEK_DATA, sizeBytes);
    if (data > offset) extents.push({ isHole: true, offset, sizeBytes: data - offset });
    if (data >= sizeBytes) break;
    const hole = seek(fd, data, SEEK_HOLE, sizeBytes);
    extents.push({ isHole: false, offset: data, sizeBytes: hole - data });
    offset = hole;
  }
  return extents;
}

/** A file system without holes answers EINVAL or "all is data"; ENXIO means that no data follows. */
function seek(fd: number, offset: number, whence: number, sizeBytes: number): number {
  const calls = readCalls();
  const found = calls.lseek(fd, offset, whence);
  if (found >= 0) return Math.min(found, sizeBytes);
  const code = calls.errno();
  if (code === "ENXIO") return sizeBytes;
  return whence === SEEK_DATA ? offset : sizeBytes;
}
