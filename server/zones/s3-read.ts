import type { ByteRange } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { S3Base } from "./s3-base.ts";
import type { S3Bucket } from "./s3-bucket.ts";

/**
 * Bytes of one request. A stream is made of requests of this size instead of one answer that is held open: a reader who is slow, or never
 * begins, keeps no connection, and a piece comes within a zone's deadline at 256 KiB/s.
 */
const PIECE_BYTES = 2 * 1024 * 1024;

export interface S3Read {
  readonly base: S3Base;
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Reads an object or a range. The first piece is there when this returns. */
export async function readS3Object(read: S3Read): Promise<AsyncIterable<Uint8Array>> {
  const { base, key, signal } = read;
  signal?.throwIfAborted();
  await base.requirePresent();
  const { range, first } = await present(base, () => readFirst(base.bucket, key, read.range, signal));
  return pieces(read, range, first);
}

/** What `call` gives; that there is no such object counts only while the base is seen to be there. */
async function present<T>(base: S3Base, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ZoneError && error.code === "not_found") await base.requireStillPresent();
    throw error;
  }
}

async function readFirst(
  bucket: S3Bucket,
  key: string,
  wanted: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<{ range: ByteRange; first: Uint8Array | null }> {
  const { offset, sizeBytes } = wanted ?? { offset: 0, sizeBytes: PIECE_BYTES };
  if (offset < 0 || sizeBytes < 0) throw beyond(bucket, key, offset, sizeBytes);
  // A request for no bytes cannot be written as a range; an object without bytes answers that there is no such range.
  const found = sizeBytes === 0 ? null : await bucket.getPiece(key, offset, Math.min(sizeBytes, PIECE_BYTES), signal);
  const totalBytes = found?.totalBytes ?? (await bucket.findSize(key));
  if (totalBytes === null) throw new ZoneError("not_found", bucket.zoneId, `${key} does not exist`);
  const range = wanted ?? { offset: 0, sizeBytes: totalBytes };
  if (range.offset + range.sizeBytes > totalBytes) throw beyond(bucket, key, range.offset, range.sizeBytes);
  return { range, first: found?.bytes ?? null };
}

async function* pieces(read: S3Read, range: ByteRange, first: Uint8Array | null): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.sizeBytes;
  const { bucket } = read.base;
  let offset = range.offset;
  let piece = first;
  while (offset < end) {
    read.signal?.throwIfAborted();
    piece ??=
      (await bucket.getPiece(read.key, offset, Math.min(PIECE_BYTES, end - offset), read.signal))?.bytes ?? null;
    if (piece === null || piece.length === 0) {
      throw new ZoneError("damaged", bucket.zoneId, `${read.key} became shorter`);
    }
    offset += piece.length;
    yield piece;
    piece = null;
  }
}

function beyond(bucket: S3Bucket, key: string, offset: number, sizeBytes: number): ZoneError {
  return new ZoneError("damaged", bucket.zoneId, `${key}: bytes ${offset}+${sizeBytes} lie beyond its end`);
}
