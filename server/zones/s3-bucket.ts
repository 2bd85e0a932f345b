import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectInfo } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { s3FailureOf, toS3ZoneError } from "./s3-errors.ts";
import { deleteS3Versions, findS3Lock, putS3Lock, type S3Lock } from "./s3-lock.ts";

export interface S3Put {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`. It is signed, so the server refuses what arrives otherwise. */
  readonly sha256: Uint8Array;
  readonly isOnlyIfAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

/** `conflict`: somebody else is writing the key at this moment, and the server lets neither wait. */
export type S3PutOutcome = "stored" | "taken" | "conflict";

export interface S3Piece {
  readonly bytes: Uint8Array;
  /** Of the whole object. */
  readonly totalBytes: number;
}

export interface S3Page {
  readonly objects: readonly ObjectInfo[];
  /** Null on the last page. */
  readonly continuation: string | null;
}

/** One bucket, in requests: each method is one. All errors are ZoneError; the base's identity is not looked at here. */
export interface S3Bucket {
  readonly name: string;
  readonly zoneId: string;
  put(put: S3Put): Promise<S3PutOutcome>;
  /** At most `sizeBytes` from `offset`; null when the object ends at or before `offset`. @throws ZoneError `not_found` */
  getPiece(key: string, offset: number, sizeBytes: number, signal?: AbortSignal): Promise<S3Piece | null>;
  findSize(key: string): Promise<number | null>;
  list(prefix: string, options: { after: string; limit: number; continuation: string | null }): Promise<S3Page>;
  delete(key: string): Promise<void>;
  /** Of a versioned bucket: every version of the key. */
  deleteVersions(key: string): Promise<void>;
  findLock(key: string): Promise<S3Lock | null>;
  /** False where the bucket cannot lock. */
  lock(lock: { readonly key: string; readonly versionId: string; readonly until: Date }): Promise<boolean>;
}

export function openS3Bucket(client: S3Client, zoneId: string, name: string): S3Bucket {
  const toError = (action: string, error: unknown, isWriting: boolean) =>
    toS3ZoneError({ zoneId, action: `${action} in bucket ${name}`, isWriting }, error);
  return {
    name,
    zoneId,
    put: (put) => putObject(client, name, put, (error) => toError(`put ${put.key}`, error, true)),
    async getPiece(key, offset, sizeBytes, signal) {
      try {
        return await getPiece({ client, zoneId, bucket: name, key, offset, sizeBytes, signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw toError(`read ${key}`, error, false);
      }
    },
    async findSize(key) {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }));
        return found.ContentLength ?? 0;
      } catch (error) {
        // An answer to HEAD has no body: whether object or bucket is absent, the base's identity tells.
        if (s3FailureOf(error).status === 404) return null;
        throw toError(`find ${key}`, error, false);
      }
    },
    async list(prefix, options) {
      try {
        return await listPage(client, name, prefix, options);
      } catch (error) {
        throw toError(`list ${prefix}`, error, false);
      }
    },
    async delete(key) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
      } catch (error) {
        if (s3FailureOf(error).name !== "NoSuchKey") throw toError(`delete ${key}`, error, true);
      }
    },
    deleteVersions: (key) =>
      deleteS3Versions(client, name, key).catch((error: unknown) => {
        throw toError(`delete ${key}`, error, true);
      }),
    findLock: (key) =>
      findS3Lock(client, name, key).catch((error: unknown) => {
        throw toError(`look at the lock of ${key}`, error, false);
      }),
    lock: (lock) =>
      putS3Lock(client, name, lock).catch((error: unknown) => {
        throw toError(`lock ${lock.key}`, error, true);
      }),
  };
}

async function putObject(
  client: S3Client,
  bucket: string,
  { key, bytes, sha256, isOnlyIfAbsent, signal }: S3Put,
  toError: (error: unknown) => ZoneError,
): Promise<S3PutOutcome> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentLength: bytes.length,
    ContentType: "application/octet-stream",
    ...(isOnlyIfAbsent && { IfNoneMatch: "*" }),
  });
  // The signer takes a hash that is there already, so that each byte is hashed once.
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers["x-amz-content-sha256"] = Buffer.from(sha256).toString("hex");
      return next(args);
    },
    { step: "build", name: "knownPayloadHash" },
  );
  try {
    await client.send(command, { ...(signal && { abortSignal: signal }) });
    return "stored";
  } catch (error) {
    signal?.throwIfAborted();
    const { status } = s3FailureOf(error);
    if (isOnlyIfAbsent && status === 412) return "taken";
    if (isOnlyIfAbsent && status === 409) return "conflict";
    throw toError(error);
  }
}

interface PieceRequest {
  readonly client: S3Client;
  readonly zoneId: string;
  readonly bucket: string;
  readonly key: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly signal: AbortSignal | undefined;
}

async function getPiece(wanted: PieceRequest): Promise<S3Piece | null> {
  const { client, zoneId, bucket, key, offset, sizeBytes, signal } = wanted;
  const range = `bytes=${offset}-${offset + sizeBytes - 1}`;
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: range });
    const found = await client.send(command, { ...(signal && { abortSignal: signal }) });
    const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(found.ContentRange ?? "")?.map(Number) ?? [];
    const body = found.Body as AsyncIterable<Uint8Array> & { destroy(): void };
    if (from !== offset || to === undefined || to >= offset + sizeBytes || total === undefined) {
      body.destroy();
      throw new ZoneError("unreachable", zoneId, `${bucket} does not answer ranges as they are asked for`);
    }
    const bytes = await fill(body, to - from + 1);
    if (bytes === null) throw new ZoneError("unreachable", zoneId, `${key}: the answer was cut short`);
    return { bytes, totalBytes: total };
  } catch (error) {
    if (s3FailureOf(error).status === 416) return null;
    throw error;
  }
}

/** Exactly so many bytes, or null. */
async function fill(body: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Uint8Array | null> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  for await (const piece of body) {
    if (filled + piece.length > sizeBytes) return null;
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return filled === sizeBytes ? bytes : null;
}

async function listPage(
  client: S3Client,
  bucket: string,
  prefix: string,
  { after, limit, continuation }: { after: string; limit: number; continuation: string | null },
): Promise<S3Page> {
  const page = await client.send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      MaxKeys: limit,
      ...(after !== "" && { StartAfter: after }),
      ...(continuation !== null && { ContinuationToken: continuation }),
    }),
  );
  const objects = (page.Contents ?? []).map(({ Key, Size }) => ({ key: Key ?? "", sizeBytes: Size ?? 0 }));
  return { objects, continuation: (page.IsTruncated && page.NextContinuationToken) || null };
}
