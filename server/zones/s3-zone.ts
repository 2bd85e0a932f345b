import type { Primitives } from "../../engine/ports/primitives.ts";
import type { ObjectInfo, Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { lockedError, wholeSecond } from "./locks.ts";
import { MAX_LIST_LIMIT, parseObjectKey, requirePrefix } from "./object-key.ts";
import { requireReplaceable } from "./require-replaceable.ts";
import { S3Base, type S3BaseOptions } from "./s3-base.ts";
import { putS3Object, replaceS3Object } from "./s3-put.ts";
import { readS3Object } from "./s3-read.ts";

export interface S3ZoneOptions extends S3BaseOptions {
  readonly primitives: Primitives;
}

/** Pages of one listing, at most: a page may hold fewer keys than were asked for, but a server that only promises more is given up. */
const MAX_PAGES = 1_000;

/** A base in a bucket of an S3-compatible store, as Ceph RGW, MinIO and AWS have. Needs `If-None-Match: *` on PUT. */
export function createS3Zone({ primitives, ...options }: S3ZoneOptions): Zone {
  const base = new S3Base(options);
  const { zoneId, bucket } = base;
  return {
    zoneId,
    async put(key, body, sizeBytes, putOptions = {}) {
      parseObjectKey(zoneId, key);
      await putS3Object({ base, primitives, key }, body, sizeBytes, putOptions);
    },
    async replaceBad(key, body, { sha256, signal }) {
      requireReplaceable({ zoneId, primitives, key, body, sha256 });
      return replaceS3Object({ base, primitives, key }, body, { sha256, signal });
    },
    async get(key, range, signal) {
      parseObjectKey(zoneId, key);
      return readS3Object({ base, key, range, signal });
    },
    async find(key) {
      parseObjectKey(zoneId, key);
      await base.requirePresent();
      const sizeBytes = await bucket.findSize(key);
      if (sizeBytes !== null) return { key, sizeBytes };
      await base.requireStillPresent();
      return null;
    },
    async list(prefix, { after = "", limit }) {
      requirePrefix(zoneId, prefix);
      await base.requirePresent();
      return listS3Objects(base, { prefix, after, limit: Math.min(limit, MAX_LIST_LIMIT) });
    },
    async delete(key) {
      parseObjectKey(zoneId, key);
      await base.requireStillPresent();
      if (base.base === "backup") return bucket.delete(key);
      const until = (await bucket.findLock(key))?.until;
      if (until && until.getTime() > Date.now()) throw lockedError(zoneId, key, until);
      await bucket.deleteVersions(key);
    },
    async lock(key, until) {
      parseObjectKey(zoneId, key);
      await base.requirePresent();
      return lockS3Object(base, key, until);
    },
    async findLock(key) {
      parseObjectKey(zoneId, key);
      await base.requirePresent();
      const found = await bucket.findLock(key);
      if (found === null) await base.requireStillPresent();
      return found?.until ?? null;
    },
  };
}

/** Keys that are none of ours are passed over. That there are no more counts only while the base is seen to be there. */
async function listS3Objects(
  base: S3Base,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<ObjectInfo[]> {
  const { bucket, zoneId } = base;
  const found: ObjectInfo[] = [];
  if (limit <= 0) return found;
  let continuation: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await bucket.list(prefix, { after, limit: limit - found.length, continuation });
    for (const info of page.objects.filter(({ key }) => isObjectKey(zoneId, key))) {
      // Whoever pages by key would lose objects, silently.
      if (info.key <= (found.at(-1)?.key ?? after) || !info.key.startsWith(prefix)) throw outOfOrder(base);
      found.push(info);
    }
    if (found.length >= limit) return found;
    continuation = page.continuation;
    if (continuation === null) {
      await base.requireStillPresent();
      return found;
    }
  }
  throw new ZoneError("unreachable", zoneId, `bucket ${bucket.name} lists without end`);
}

async function lockS3Object({ bucket, zoneId }: S3Base, key: string, until: Date): Promise<Date> {
  const wanted = wholeSecond(until);
  const found = await bucket.findLock(key);
  if (found === null) throw new ZoneError("not_found", zoneId, `${key} does not exist`);
  if (found.until && found.until >= wanted) return found.until;
  const { versionId } = found;
  const isLocked = versionId !== null && (await bucket.lock({ key, versionId, until: wanted }));
  const inForce = isLocked ? (await bucket.findLock(key))?.until : null;
  if (inForce && inForce >= wanted) return inForce;
  const message = `bucket ${bucket.name} does not keep objects: the archive's has to be made with Object Lock, which cannot be added later`;
  throw new ZoneError("no_locks", zoneId, message);
}

function isObjectKey(zoneId: string, key: string): boolean {
  try {
    parseObjectKey(zoneId, key);
    return true;
  } catch {
    return false;
  }
}

function outOfOrder({ zoneId, bucket }: S3Base): ZoneError {
  return new ZoneError("unreachable", zoneId, `bucket ${bucket.name} does not list by prefix in bytewise order`);
}
