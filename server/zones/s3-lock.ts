import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3FailureOf } from "./s3-errors.ts";

/** What a bucket says about the newest version of a key. */
export interface S3Lock {
  readonly versionId: string | null;
  /** Null where nothing in compliance mode keeps it. */
  readonly until: Date | null;
}

/** Versions of one key that are looked at, at most: each heal adds one. */
const MAX_VERSIONS = 1_000;
/** The bucket has no Object Lock, or the server does not know what that is. */
const NO_LOCKS = new Set([
  "InvalidRequest",
  "NotImplemented",
  "MethodNotAllowed",
  "ObjectLockConfigurationNotFoundError",
]);

/**
 * [Note: Locks in buckets]
 *
 * Object Lock in compliance mode: until then the server lets nobody delete that version or shorten the lock, whoever has the keys. It is set by
 * a request of its own and read back by HEAD, because servers ignore lock headers of some uploads without a word. Whoever may write can still
 * put another version in front, or a mark that says "deleted": the version below stays, the hash tells them apart, and healing puts a good one in front again.
 */
export async function findS3Lock(client: S3Client, bucket: string, key: string): Promise<S3Lock | null> {
  try {
    const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const until = found.ObjectLockMode === "COMPLIANCE" ? (found.ObjectLockRetainUntilDate ?? null) : null;
    return { versionId: found.VersionId ?? null, until };
  } catch (error) {
    if (s3FailureOf(error).status === 404) return null;
    throw error;
  }
}

/** @returns false where the bucket cannot lock */
export async function putS3Lock(
  client: S3Client,
  bucket: string,
  lock: { readonly key: string; readonly versionId: string; readonly until: Date },
): Promise<boolean> {
  try {
    const Retention = { Mode: "COMPLIANCE" as const, RetainUntilDate: lock.until };
    const where = { Bucket: bucket, Key: lock.key, VersionId: lock.versionId };
    await client.send(new PutObjectRetentionCommand({ ...where, Retention }));
    return true;
  } catch (error) {
    if (NO_LOCKS.has(s3FailureOf(error).name)) return false;
    throw error;
  }
}

/** Deletes every version of the key and every mark of deletion, oldest last, so that a locked one stays what readers see. */
export async function deleteS3Versions(client: S3Client, bucket: string, key: string): Promise<void> {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, MaxKeys: MAX_VERSIONS }));
  // A bucket that was never versioned need not list versions.
  if (!page.Versions && !page.DeleteMarkers) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  const versions = [...(page.DeleteMarkers ?? []), ...(page.Versions ?? [])].filter((each) => each.Key === key);
  for (const { VersionId } of versions) {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, ...(VersionId && { VersionId }) }));
  }
}
