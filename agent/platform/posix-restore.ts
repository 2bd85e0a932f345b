import { constants, openSync, realpathSync } from "node:fs";
import { constants as osConstants } from "node:os";
import koffi from "koffi";

/**
 * The POSIX calls that a restore needs and node:fs lacks: everything relative to an open folder, so that no path of any
 * length is resolved again and no symlink on the way is ever followed. Names are "binary" text: one character is
 * one byte. All calls are synchronous; all failures are PosixError with the system's own code.
 */
export class PosixError extends Error {
  /** The system's name, as ENOSPC. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = codeOfErrno.get(errno) ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.name = "PosixError";
    this.code = code;
  }
}

const codeOfErrno = new Map(Object.entries(osConstants.errno).map(([code, errno]) => [errno, code]));
const isDarwin = process.platform === "darwin";
const AT_SYMLINK_NOFOLLOW = isDarwin ? 0x20 : 0x100;
const AT_REMOVEDIR = isDarwin ? 0x80 : 0x200;
const O_CLOEXEC = isDarwin ? 0x1000000 : 0x80000;
const libc = koffi.load(isDarwin ? "libSystem.B.dylib" : "libc.so.6");

// Variadic in C. Where the system passes variadic arguments as any others, the plain form is several times cheaper.
const openat = isDarwin
  ? libc.func("int openat(int folder, const uint8_t *name, int flags, ...)")
  : libc.func("int openat(int folder, const uint8_t *name, int flags, uint32_t mode)");
const closeFd = libc.func("int close(int fd)");
const pwrite = libc.func("int64_t pwrite(int fd, const void *bytes, size_t size, int64_t offset)");
const ftruncate = libc.func("int ftruncate(int fd, int64_t size)");
const fchmod = libc.func("int fchmod(int fd, uint32_t mode)");
const fchown = libc.func("int fchown(int fd, uint32_t uid, uint32_t gid)");
const futimens = libc.func("int futimens(int fd, const void *times)");
const mkdirat = libc.func("int mkdirat(int folder, const uint8_t *name, uint32_t mode)");
const unlinkat = libc.func("int unlinkat(int folder, const uint8_t *name, int flags)");
const renameat = libc.func("int renameat(int from, const uint8_t *name, int to, const uint8_t *newName)");
const linkat = libc.func("int linkat(int from, const uint8_t *name, int to, const uint8_t *newName, int flags)");
const symlinkat = libc.func("int symlinkat(const uint8_t *target, int folder, const uint8_t *name)");
const fchownat = libc.func("int fchownat(int folder, const uint8_t *name, uint32_t uid, uint32_t gid, int flags)");
const fchmodat = libc.func("int fchmodat(int folder, const uint8_t *name, uint32_t mode, int flags)");
const utimensat = libc.func("int utimensat(int folder, const uint8_t *name, const void *times, int flags)");
const mkfifoat = isDarwin ? null : libc.func("int mkfifoat(int folder, const uint8_t *name, uint32_t mode)");
const mknodat = isDarwin
  ? null
  : libc.func("int mknodat(int folder, const uint8_t *name, uint32_t mode, uint64_t device)");
const fsetxattr = isDarwin
  ? null
  : libc.func("int fsetxattr(int fd, const uint8_t *name, const void *value, size_t size, int flags)");
const lsetxattr = isDarwin
  ? null
  : libc.func("int lsetxattr(const uint8_t *path, const uint8_t *name, const void *value, size_t size, int flags)");

const renameNoReplace = isDarwin
  ? libc.func("int renameatx_np(int from, const uint8_t *name, int to, const uint8_t *newName, uint32_t flags)")
  : libc.func("int renameat2(int from, const uint8_t *name, int to, const uint8_t *newName, uint32_t flags)");

const RENAME_NO_REPLACE = isDarwin ? 4 : 1;
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;
const AT_EMPTY_PATH = 0x1000;
/** As the kernel's headers have it; it includes O_DIRECTORY, which some architectures number otherwise. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const S_IFSOCK = 0o140000;
const EINTR = osConstants.errno.EINTR;

/** The name as C wants it. A NUL would cut it short, so that a document would land under another name. */
function cName(name: string): Uint8Array {
  if (name.includes("\0")) throw new PosixError("name", osConstants.errno.EINVAL);
  return Buffer.from(`${name}\0`, "latin1");
}

function check(call: string, result: number): void {
  if (result < 0) throw new PosixError(call, koffi.errno());
}

function open(folder: number, name: string, flags: number, mode: number): number {
  for (;;) {
    const fd: number = isDarwin
      ? openat(folder, cName(name), flags | O_CLOEXEC, "uint32_t", mode)
      : openat(folder, cName(name), flags | O_CLOEXEC, mode);
    if (fd >= 0) return fd;
    const errno = koffi.errno();
    if (errno !== EINTR) throw new PosixError("open", errno);
  }
}

/** Opens the folder to restore into; this one may be reached through symlinks. @throws the system's error */
export function openRootFolder(path: string): number {
  return openSync(realpathSync(path), constants.O_RDONLY | constants.O_DIRECTORY);
}

/** Opens a folder inside an open one; a symlink is ENOTDIR or ELOOP, never followed. */
export function openFolderAt(folder: number, name: string): number {
  return open(folder, name, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW, 0);
}

/** Makes a new file for writing; EEXIST when the name is taken, be it by a symlink. */
export function createFileAt(folder: number, name: string, mode: number): number {
  return open(folder, name, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
}

/** How systems and file systems say that they have no files without a name. */
const NO_NAMELESS = new Set(["EOPNOTSUPP", "ENOTSUP", "EISDIR", "ENOENT", "EINVAL"]);

/**
 * Makes a file for writing that has no name yet, and vanishes with the process unless it is given one.
 *
 * @returns null where there are no such files
 */
export function createNamelessIn(folder: number, mode: number): number | null {
  if (isDarwin) return null;
  try {
    return open(folder, ".", constants.O_WRONLY | O_TMPFILE, mode);
  } catch (error) {
    if (error instanceof PosixError && NO_NAMELESS.has(error.code)) return null;
    throw error;
  }
}

/**
 * Gives a file that has none its name; EEXIST when that is taken.
 *
 * @returns false when this process may not do it
 */
export function nameFile(fd: number, folder: number, name: string): boolean {
  // By its descriptor it is cheaper, but older kernels grant that to root alone; by /proc anybody may.
  if (linkat(fd, cName(""), folder, cName(name), AT_EMPTY_PATH) >= 0) return true;
  if (koffi.errno() === osConstants.errno.EEXIST) throw new PosixError("link", koffi.errno());
  if (linkat(AT_FDCWD, cName(`/proc/self/fd/${fd}`), folder, cName(name), AT_SYMLINK_FOLLOW) >= 0) return true;
  if (koffi.errno() === osConstants.errno.ENOENT) return false;
  throw new PosixError("link", koffi.errno());
}

/** Opens a file that this restore made, or makes it; for the parts of one large file that arrive in any order. */
export function openPartAt(folder: number, name: string): number {
  return open(folder, name, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
}

export function closeFile(fd: number): void {
  check("close", closeFd(fd));
}

/** Writes all of it, however many calls that takes. */
export function writeAt(fd: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  while (done < bytes.length) {
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const written = Number(pwrite(fd, rest, rest.length, offset + done));
    if (written >= 0) done += written;
    else if (koffi.errno() !== EINTR) throw new PosixError("write", koffi.errno());
  }
}

export function setSize(fd: number, sizeBytes: number): void {
  check("ftruncate", ftruncate(fd, sizeBytes));
}

export function setMode(fd: number, mode: number): void {
  check("chmod", fchmod(fd, mode));
}

export function setOwner(fd: number, uid: number, gid: number): void {
  check("chown", fchown(fd, uid, gid));
}

const times = new BigInt64Array(4);

function timesOf(seconds: number, nanoseconds: number): BigInt64Array {
  times[0] = times[2] = BigInt(seconds);
  times[1] = times[3] = BigInt(nanoseconds);
  return times;
}

/** Sets both times, exact to the nanosecond. */
export function setTimes(fd: number, seconds: number, nanoseconds: number): void {
  check("utimens", futimens(fd, timesOf(seconds, nanoseconds)));
}

/** Like setTimes, of the object itself, be it a symlink. */
export function setTimesAt(folder: number, name: string, seconds: number, nanoseconds: number): void {
  check("utimens", utimensat(folder, cName(name), timesOf(seconds, nanoseconds), AT_SYMLINK_NOFOLLOW));
}

/** Of the object itself, be it a symlink. */
export function setOwnerAt(folder: number, name: string, uid: number, gid: number): void {
  check("chown", fchownat(folder, cName(name), uid, gid, AT_SYMLINK_NOFOLLOW));
}

/** Of a fifo or device that was just made; follows symlinks, so never call it for one. */
export function setModeAt(folder: number, name: string, mode: number): void {
  check("chmod", fchmodat(folder, cName(name), mode, 0));
}

export function makeFolderAt(folder: number, name: string, mode: number): void {
  check("mkdir", mkdirat(folder, cName(name), mode));
}

export function removeAt(folder: number, name: string, isFolder = false): void {
  check("unlink", unlinkat(folder, cName(name), isFolder ? AT_REMOVEDIR : 0));
}

/** Replaces what bears the new name, unless that is a folder. */
export function renameWithin(folder: number, name: string, newName: string): void {
  check("rename", renameat(folder, cName(name), folder, cName(newName)));
}

/** Like renameWithin, but EEXIST when the new name is taken. @returns false where the system or the file system cannot promise that */
export function renameToNew(folder: number, name: string, newName: string): boolean {
  if (renameNoReplace(folder, cName(name), folder, cName(newName), RENAME_NO_REPLACE) >= 0) return true;
  const errno = koffi.errno();
  if (NO_PROMISE.has(codeOfErrno.get(errno) ?? "")) return false;
  throw new PosixError("rename", errno);
}

const NO_PROMISE = new Set(["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);

/** A second name for a file or symlink; EEXIST when it is taken. */
export function linkAt(from: number, name: string, to: number, newName: string): void {
  check("link", linkat(from, cName(name), to, cName(newName), 0));
}

export function makeSymlinkAt(target: string, folder: number, name: string): void {
  check("symlink", symlinkat(cName(target), folder, cName(name)));
}

export function makeFifoAt(folder: number, name: string, mode: number): void {
  if (!mkfifoat) throw new PosixError("mkfifo", osConstants.errno.ENOTSUP);
  check("mkfifo", mkfifoat(folder, cName(name), mode));
}

/** A socket's name alone: what listened on it is another program's matter. */
export function makeSocketAt(folder: number, name: string, mode: number): void {
  if (!mknodat) throw new PosixError("mknod", osConstants.errno.ENOTSUP);
  check("mknod", mknodat(folder, cName(name), S_IFSOCK | mode, 0));
}

export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** Makes a device; only root may. */
export function makeDeviceAt(
  folder: number,
  name: string,
  device: DeviceNumber & { mode: number; isBlock: boolean },
): void {
  if (!mknodat) throw new PosixError("mknod", osConstants.errno.ENOTSUP);
  const kind = device.isBlock ? constants.S_IFBLK : constants.S_IFCHR;
  check("mknod", mknodat(folder, cName(name), kind | device.mode, deviceNumber(device)));
}

/** As glibc's makedev. */
function deviceNumber({ major, minor }: DeviceNumber): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn);
}

export interface BinaryXattr {
  readonly name: string;
  readonly value: string;
}

export function setXattr(fd: number, xattr: BinaryXattr): void {
  if (!fsetxattr) throw new PosixError("setxattr", osConstants.errno.ENOTSUP);
  const value = Buffer.from(xattr.value, "latin1");
  check("setxattr", fsetxattr(fd, cName(xattr.name), value, value.length, 0));
}

/** Of the object itself, be it a symlink; through the open folder, so that no path is resolved. */
export function setXattrAt(folder: number, name: string, xattr: BinaryXattr): void {
  if (!lsetxattr) throw new PosixError("setxattr", osConstants.errno.ENOTSUP);
  const value = Buffer.from(xattr.value, "latin1");
  const path = cName(`/proc/self/fd/${folder}/${name}`);
  check("setxattr", lsetxattr(path, cName(xattr.name), value, value.length, 0));
}
