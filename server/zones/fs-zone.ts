import { lstat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Primitives } from "../../engine/ports/primitives.ts";
import type { ByteRange, ObjectInfo, PutOptions, Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { withoutImmutable } from "../platform/immutable-attribute.ts";
import { FsBase, type FsBaseOptions, syncFolder } from "./fs-base.ts";
import { systemCodeOf, toReadError, toZoneError } from "./fs-errors.ts";
import { walkKeys } from "./fs-list.ts";
import { findFileLock, lockFile, requireUnlocked } from "./fs-lock.ts";
import { type PutBody, putFile } from "./fs-put.ts";
import { readFile } from "./fs-read.ts";
import { replaceFile } from "./fs-replace.ts";
import { MAX_LIST_LIMIT, parseObjectKey, requirePrefix } from "./object-key.ts";
import { type ObjectReader, openFileReader } from "./object-reader.ts";
import { requireReplaceable } from "./require-replaceable.ts";

export interface FsZoneOptions extends FsBaseOptions {
  readonly primitives: Primitives;
}

/** A zone whose objects can also be read into memory of the caller's. */
export interface FsZone extends Zone {
  openReader(key: string): Promise<ObjectReader>;
}

/** A base in a folder of a mounted file system, usually a SAN's. Needs hard links and fsync of folders, as ext4, XFS and NFS have. */
export function createFsZone(options: FsZoneOptions): FsZone {
  const base = new FsBase(options);
  const { zoneId } = options;
  return {
    zoneId,
    async put(key: string, body: PutBody, sizeBytes: number, putOptions: PutOptions = {}) {
      const parts = parseObjectKey(zoneId, key);
      await putFile({ base, primitives: options.primitives, parts, body, sizeBytes, options: putOptions });
    },
    async replaceBad(key, body, { sha256, signal }) {
      const { primitives } = options;
      const parts = requireReplaceable({ zoneId, primitives, key, body, sha256 });
      return replaceFile({ base, primitives, parts, body, sha256, signal });
    },
    async get(key: string, range?: ByteRange, signal?: AbortSignal) {
      const parts = parseObjectKey(zoneId, key);
      await base.requirePresent();
      await base.requireRealFolders(parts);
      return readFile({ zoneId, key, path: base.pathOf(parts), range, signal });
    },
    async openReader(key: string) {
      const parts = parseObjectKey(zoneId, key);
      await base.requirePresent();
      await base.requireRealFolders(parts);
      return openFileReader(zoneId, key, base.pathOf(parts));
    },
    find: (key) => findFile(base, key),
    list: (prefix, listOptions) => listFiles(base, prefix, listOptions),
    delete: (key) => deleteFile(base, key),
    lock: (key, until) => lockFile(base, key, until),
    findLock: (key) => findFileLock(base, key),
  };
}

async function findFile(base: FsBase, key: string): Promise<ObjectInfo | null> {
  const parts = parseObjectKey(base.zoneId, key);
  await base.requirePresent();
  await base.requireRealFolders(parts);
  try {
    const found = await lstat(base.pathOf(parts));
    if (!found.isFile()) throw new ZoneError("damaged", base.zoneId, `${key} is not a file`);
    return { key, sizeBytes: found.size };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw toReadError(base.zoneId, `find ${key}`, error);
  }
}

async function listFiles(base: FsBase, prefix: string, options: { after?: string; limit: number }) {
  requirePrefix(base.zoneId, prefix);
  await base.requirePresent();
  const limit = Math.min(options.limit, MAX_LIST_LIMIT);
  const found: ObjectInfo[] = [];
  if (limit <= 0) return found;
  try {
    for await (const info of walkKeys({ path: base.path, prefix, after: options.after ?? "" })) {
      found.push(info);
      if (found.length === limit) break;
    }
  } catch (error) {
    throw toReadError(base.zoneId, `list ${prefix}`, error);
  }
  return found;
}

async function deleteFile(base: FsBase, key: string): Promise<void> {
  const parts = parseObjectKey(base.zoneId, key);
  await base.requirePresent();
  await base.requireRealFolders(parts);
  const path = base.pathOf(parts);
  await requireUnlocked(base, key);
  try {
    await withoutImmutable(path, () => unlink(path));
    await syncFolder(dirname(path));
  } catch (error) {
    if (!isAbsent(error)) throw toZoneError(base.zoneId, `delete ${key}`, error);
  }
}

function isAbsent(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
