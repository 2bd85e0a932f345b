import { open, readdir } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";

/** `FS_IOC_GETFLAGS`, `FS_IOC_SETFLAGS` and `FS_IMMUTABLE_FL` of linux/fs.h, for processes of 64 bit on x86 and ARM; ioctl_iflags(2). */
const GET_FLAGS = 0x80086601;
const SET_FLAGS = 0x40086602;
const IMMUTABLE = 0x10;

/** Null when it went well, else the system's error. On a thread of its own: a file system that hangs stops nobody else. */
type Ioctl = (fd: number, request: number, flags: Int32Array) => Promise<IoctlError | null>;

class IoctlError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`ioctl of the immutable attribute: ${code}`);
    this.code = code;
  }
}

/** How systems and file systems say that they have no such attribute, or not for us. */
const NOT_GRANTED = new Set(["EPERM", "EACCES", "ENOTTY", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/**
 * Sets or clears the immutable attribute of a file: while it is set nobody can change, rename or remove the file, nor its time or mode, whoever owns
 * it. Linux alone has it, for processes with CAP_LINUX_IMMUTABLE, on ext4, XFS, Btrfs and others, not on NFS.
 *
 * @returns whether it is now as wanted; false where the system does not grant it
 * @throws what the system says of a file that is absent or cannot be read or changed, with its `code`
 */
export async function setImmutable(path: string, isWanted: boolean): Promise<boolean> {
  const ioctl = await loadIoctl();
  if (ioctl === null) return !isWanted;
  const file = await open(path, "r");
  try {
    const flags = new Int32Array([0, 0]);
    const unread = await ioctl(file.fd, GET_FLAGS, flags);
    if (unread && isNotGranted(unread)) return !isWanted;
    const [before = 0] = flags;
    const after = isWanted ? before | IMMUTABLE : before & ~IMMUTABLE;
    if (after === before) return true;
    flags[0] = after;
    const unset = await ioctl(file.fd, SET_FLAGS, flags);
    return !(unset && isNotGranted(unset));
  } finally {
    await file.close();
  }
}

export async function isImmutable(path: string): Promise<boolean> {
  const ioctl = await loadIoctl();
  if (ioctl === null) return false;
  const file = await open(path, "r");
  try {
    const flags = new Int32Array([0, 0]);
    return (await ioctl(file.fd, GET_FLAGS, flags)) === null && ((flags[0] ?? 0) & IMMUTABLE) !== 0;
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

/** @throws every other error: it is no answer to whether the system has such an attribute */
function isNotGranted(error: IoctlError): true {
  if (NOT_GRANTED.has(error.code)) return true;
  throw error;
}

let loaded: Promise<Ioctl | null> | undefined;

/** Null on systems without the attribute. Loaded for zones that ask for it alone. */
function loadIoctl(): Promise<Ioctl | null> {
  loaded ??= load().catch(() => null);
  return loaded;
}

async function load(): Promise<Ioctl | null> {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return null;
  const { default: koffi } = await import("koffi");
  const { async: call } = koffi.load("libc.so.6").func("int ioctl(int fd, unsigned long request, _Inout_ int *flags)");
  return (fd, request, flags) =>
    new Promise((resolve, reject) => {
      call(fd, request, flags, (error: unknown, answer: number) => {
        // Of the thread that has called: koffi hands it on while this function runs.
        const code = codeOf(koffi.errno());
        if (error) reject(error);
        else resolve(answer < 0 ? new IoctlError(code) : null);
      });
    });
}

function codeOf(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
}
