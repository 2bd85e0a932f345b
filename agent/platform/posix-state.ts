import { closeSync, fsyncSync, openSync } from "node:fs";
import { readCalls } from "./posix-libc.ts";

/** What the agent asks the system about itself and its own folder. */

/** True for the user who may read everything. */
export function isSuperuser(): boolean {
  return process.getuid?.() === 0;
}

/** To whom belongs what this process makes; -1 where the system does not say. */
export function processOwner(): { readonly uid: number; readonly gid: number } {
  return { uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1 };
}

/** Makes a name in a folder durable. */
export function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const LOCK_EXCLUSIVE = 2;
const LOCK_NON_BLOCKING = 4;

export type FileLock =
  | { readonly outcome: "locked"; readonly unlock: () => void }
  | { readonly outcome: "busy" }
  | { readonly outcome: "failed"; readonly code: string };

/** Locks an open file until it is closed, without waiting. @returns false when it is locked, or when there are no locks here */
export function tryLock(fd: number): boolean {
  return readCalls().flock(fd, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0;
}

/** The lock is the kernel's, so it ends with the process however that ends. */
export function lockFile(path: string): FileLock {
  const fd = openSync(path, "a", 0o600);
  const calls = readCalls();
  if (calls.flock(fd, LOCK_EXCLUSIVE | LOCK_NON_BLOCKING) === 0) {
    return { outcome: "locked", unlock: () => closeSync(fd) };
  }
  const code = calls.errno();
  closeSync(fd);
  return code === "EAGAIN" || code === "EWOULDBLOCK" ? { outcome: "busy" } : { outcome: "failed", code };
}
