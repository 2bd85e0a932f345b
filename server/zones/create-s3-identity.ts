import { ZoneError } from "../../engine/ports/zone-error.ts";
import { FIRST_TERM_KEY, termBytes } from "./control-term.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { encodeZoneIdentity, IDENTITY_KEY, MAX_IDENTITY_BYTES, type ZoneIdentity } from "./zone-identity.ts";

export interface NewS3Base {
  readonly bucket: S3Bucket;
  readonly identity: ZoneIdentity;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
}

/**
 * Makes a bucket a base: writes `control/zone`, once. The bucket exists already, because only who makes it can choose its place, its
 * encryption and its locks. As with folders (`create-zone-identity.ts`), whoever calls this knows that the zone never existed before. What
 * broke off, with the same identity, is done again.
 * @throws ZoneError `exists` when the bucket is another base already, or holds objects without an identity; `unreachable` also when a
 *   backup bucket lets a second writer of a key win
 */
export async function createS3Identity(base: NewS3Base): Promise<void> {
  const { bucket, identity } = base;
  const bytes = encodeZoneIdentity(identity);
  const found = await findBytes(bucket, IDENTITY_KEY);
  if (found !== null) {
    if (found.equals(bytes)) return;
    throw notEmpty(bucket);
  }
  const { objects } = await bucket.list("companies/", { after: "", limit: 1, continuation: null });
  if (objects.length > 0) throw notEmpty(bucket);
  if (identity.base === "backup") await createFirstTerm(base);
  if (!(await createOnly(base, IDENTITY_KEY, bytes))) throw notEmpty(bucket);
}

/** The first object of the base, which shows as well whether the first writer of a key stays the only one. */
async function createFirstTerm(base: NewS3Base): Promise<void> {
  const { bucket } = base;
  const term = termBytes(1);
  const isFirst = await createOnly(base, FIRST_TERM_KEY, term);
  if (!isFirst && !(await findBytes(bucket, FIRST_TERM_KEY))?.equals(term)) throw notEmpty(bucket);
  if (!(await createOnly(base, FIRST_TERM_KEY, term))) return;
  const message = `bucket ${bucket.name} does not keep If-None-Match on PUT: is it versioned? A backup bucket must not be`;
  throw new ZoneError("unreachable", bucket.zoneId, message);
}

async function createOnly({ bucket, sha256 }: NewS3Base, key: string, bytes: Uint8Array): Promise<boolean> {
  const put = { key, bytes, sha256: sha256(bytes), isOnlyIfAbsent: true, signal: undefined };
  return (await bucket.put(put)) === "stored";
}

async function findBytes(bucket: S3Bucket, key: string): Promise<Buffer | null> {
  try {
    const found = await bucket.getPiece(key, 0, MAX_IDENTITY_BYTES);
    return Buffer.from(found?.bytes ?? []);
  } catch (error) {
    if (error instanceof ZoneError && error.code === "not_found") return null;
    throw error;
  }
}

function notEmpty(bucket: S3Bucket): ZoneError {
  const message = `bucket ${bucket.name} is not empty: a base is made once, in an empty bucket`;
  return new ZoneError("exists", bucket.zoneId, message);
}
