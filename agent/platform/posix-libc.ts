import { createRequire } from "node:module";
import { constants as osConstants } from "node:os";

/** The few calls of the C library that reading needs and node:fs lacks. Failures are negative results and `errno()`. */
export interface ReadCalls {
  flistxattr(fd: number, list: Uint8Array | null, sizeBytes: number): number;
  llistxattr(path: Uint8Array, list: Uint8Array | null, sizeBytes: number): number;
  fgetxattr(fd: number, name: Uint8Array, value: Uint8Array | null, sizeBytes: number): number;
  lgetxattr(path: Uint8Array, name: Uint8Array, value: Uint8Array | null, sizeBytes: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  flock(fd: number, operation: number): number;
  /** The system's name of the last failure, as ENOENT. */
  errno(): string;
}

const codeOfErrno = new Map(Object.entries(osConstants.errno).map(([code, errno]) => [errno, code]));
let loaded: ReadCalls | undefined;

/** Loaded at the first use, because a run that finds nothing changed needs none of it. */
export function readCalls(): ReadCalls {
  loaded ??= load();
  return loaded;
}

function load(): ReadCalls {
  const koffi: typeof import("koffi") = createRequire(import.meta.url)("koffi");
  const isDarwin = process.platform === "darwin";
  const libc = koffi.load(isDarwin ? "libSystem.B.dylib" : "libc.so.6");
  const errno = () => codeOfErrno.get(koffi.errno()) ?? `errno ${koffi.errno()}`;
  const lseek = libc.func("lseek", "int64_t", ["int", "int64_t", "int"]);
  const flock = libc.func("flock", "int", ["int", "int"]);
  if (isDarwin) return { ...withoutXattrs(), lseek, flock, errno };
  return {
    flistxattr: libc.func("flistxattr", "long", ["int", "void *", "size_t"]),
    llistxattr: libc.func("llistxattr", "long", ["void *", "void *", "size_t"]),
    fgetxattr: libc.func("fgetxattr", "long", ["int", "void *", "void *", "size_t"]),
    lgetxattr: libc.func("lgetxattr", "long", ["void *", "void *", "void *", "size_t"]),
    lseek,
    flock,
    errno,
  };
}

/** Darwin's calls take two more arguments and hold other things; until an adapter is written, files have none there. */
function withoutXattrs(): Omit<ReadCalls, "lseek" | "flock" | "errno"> {
  return { flistxattr: () => 0, llistxattr: () => 0, fgetxattr: () => 0, lgetxattr: () => 0 };
}
