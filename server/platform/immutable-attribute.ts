import { open, readdir } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";

/** `FS_IOC_GETFLAGS`, `FS_IOC_SETFLAGS` and `FS_IMMUTABLE_FL` of linux/fs.h, for processes of 64 bit on x86 and ARM; ioctl_iflags(2). */
const GET_FLAGS = 0x80086601;
const SET_FLAGS = 0x40086602;
const IMMUTABLE = 0x10;

type Ioctl = (fd: number, request: number, flags: Int32Array) => number;

/** How systems and file systems say that they have no such attribute, or not for us. */
const NOT_GRANTED = new Set(["EPERM", "EACCES", "ENOTTY", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/**
 * Sets or clears the immutable attribute of a file: while it is set nobody can change, rename or remove the file, nor its time or mode, whoever owns
 * it. Linux alone has it, for processes with CAP_LINUX_IMMUTABLE, on ext4, XFS, Btrfs and others, not on NFS.
 *
 * @returns whether it is now as wanted; false where the system does not grant it
 * @throws what the system says of a file that is absent or cannot be read
 */
export async function setImmutable(path: string, isWanted: boolean): Promise<boolean> {
  const libc = await loadLibc();
  if (libc === null) return !isWanted;
  const file = await open(path, "r");
  try {
    const flags = new Int32Array([0, 0]);
    if (libc.ioctl(file.fd, GET_FLAGS, flags) < 0) return !isWanted && isNotGranted(libc.errno());
    const [before = 0] = flags;
    const after = isWanted ? before | IMMUTABLE : before & ~IMMUTABLE;
    if (after === before) return true;
    flags[0] = after;
    if (libc.ioctl(file.fd, SET_FLAGS, flags) >= 0) return true;
    if (isNotGranted(libc.errno())) return false;
    throw new Error(`the immutable attribute of ${path}: error ${libc.errno()}`);
  } finally {
    await file.close();
  }
}

export async function isImmutable(path: string): Promise<boolean> {
  const libc = await loadLibc();
  if (libc === null) return false;
  const file = await open(path, "r");
  try {
    const flags = new Int32Array([0, 0]);
    return libc.ioctl(file.fd, GET_FLAGS, flags) >= 0 && ((flags[0] ?? 0) & IMMUTABLE) !== 0;
  } finally {
    await file.close();
  }
}

/** Does what the attribute forbids: where the system refuses it, the attribute is cleared, if it was set, and it is tried once more. */
export async function withoutImmutable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isRefused = (error as NodeJS.ErrnoException).code === "EPERM";
    if (!isRefused || !(await isImmutable(path)) || !(await setImmutable(path, false))) throw error;
    return work();
  }
}

/** For what was only tried: nothing in a folder has the attribute any more. */
export async function clearImmutableBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await setImmutable(join(entry.parentPath, entry.name), false);
  }
}

function isNotGranted(errno: number): boolean {
  const code = Object.entries(constants.errno).find(([, number]) => number === errno)?.[0];
  return code !== undefined && NOT_GRANTED.has(code);
}

interface Libc {
  readonly ioctl: Ioctl;
  readonly errno: () => number;
}

let loaded: Promise<Libc | null> | undefined;

/** Null on systems without the attribute. Loaded for zones that ask for it alone. */
function loadLibc(): Promise<Libc | null> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libc | null> {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return null;
  const { default: koffi } = await import("koffi");
  const ioctl = koffi.load("libc.so.6").func("int ioctl(int fd, unsigned long request, _Inout_ int *flags)") as Ioctl;
  return { ioctl, errno: () => koffi.errno() };
}
