import { chmod, lstat, open, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { setImmutable, withoutImmutable } from "../platform/immutable-attribute.ts";
import { type FsBase, syncFolder } from "./fs-base.ts";
import { systemCodeOf, toReadError, toZoneError } from "./fs-errors.ts";
import { lockedError, wholeSecond } from "./locks.ts";
import { parseObjectKey } from "./object-key.ts";

const WRITE_BITS = 0o222;
const READ_ONLY = 0o444;

/**
 * [Note: Locks in folders]
 *
 * A locked object is a read-only file whose time of change is the moment until which it is kept, as file systems with retention have it (NetApp
 * SnapLock uses the time of access, which reading may move). So the lock lies with the object, survives the database, and is seen by `ls -l`. It
 * holds against us, and against whoever may not change the owner's files; the owner himself, and root, can undo it, unless the folder lies on a store that
 * enforces retention itself.
 *
 * The time is set before the mode: a file that is read-only is locked, until when is then known. Where the zone's settings ask for it the file then
 * also gets the immutable attribute, which holds against its owner, and against root until he takes it away: a slip of the hand removes nothing. It
 * comes last, because nothing of the file can be changed after it, and is taken away for as long as a lock is made longer: a crash in between leaves
 * a file that is read-only, and the next lock sets it again. Asked for and not granted, nothing is locked, because it is tried before: a setting does
 * not hold by half, and nobody is left with a lock that the database does not know. What was locked before it was asked for, or lost its lock, gets it from the next scrub.
 */
export async function lockFile(base: FsBase, key: string, until: Date): Promise<Date> {
  const path = await pathOf(base, key);
  const wanted = wholeSecond(until);
  try {
    const inForce = await readLock(path);
    if (inForce !== null && inForce >= wanted) {
      await makeImmutable(base, path);
      return inForce;
    }
    if (inForce === null) await tryImmutable(base, path);
    await withoutImmutable(path, () => utimes(path, wanted, wanted));
    await chmod(path, READ_ONLY);
    await makeImmutable(base, path);
    await syncFile(path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw toZoneError(base.zoneId, `lock ${key}`, error);
  }
  const locked = await findFileLock(base, key);
  if (locked === null || locked < wanted)
    throw new ZoneError("no_locks", base.zoneId, `${key}: the file system did not keep the lock`);
  return locked;
}

export async function findFileLock(base: FsBase, key: string): Promise<Date | null> {
  const path = await pathOf(base, key);
  try {
    return await readLock(path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw toReadError(base.zoneId, `look at the lock of ${key}`, error);
  }
}

/** @throws ZoneError `locked` */
export async function requireUnlocked(base: FsBase, key: string): Promise<void> {
  const until = await findFileLock(base, key);
  if (until !== null && until.getTime() > Date.now()) throw lockedError(base.zoneId, key, until);
}

async function pathOf(base: FsBase, key: string): Promise<string> {
  const parts = parseObjectKey(base.zoneId, key);
  await base.requirePresent();
  await base.requireRealFolders(parts);
  return base.pathOf(parts);
}

async function makeImmutable({ isImmutable, zoneId }: FsBase, path: string): Promise<void> {
  if (!isImmutable || (await setImmutable(path, true))) return;
  const message =
    "the system does not grant the immutable attribute: give the service CAP_LINUX_IMMUTABLE and a file system that has it, or take isImmutable out of the zone's settings";
  throw new ZoneError("no_locks", zoneId, message);
}

async function tryImmutable(base: FsBase, path: string): Promise<void> {
  if (!base.isImmutable) return;
  await makeImmutable(base, path);
  await setImmutable(path, false);
}

async function readLock(path: string): Promise<Date | null> {
  const { mode, mtimeMs } = await lstat(path);
  return (mode & WRITE_BITS) === 0 ? new Date(Math.round(mtimeMs)) : null;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
