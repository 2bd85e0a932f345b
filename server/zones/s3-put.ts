import type { ByteParts, Primitives } from "../../engine/ports/primitives.ts";
import type { PutOptions } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { PutBody } from "./fs-put.ts";
import type { S3Base } from "./s3-base.ts";
import { readS3Object } from "./s3-read.ts";

/** Twice the largest pack: a body stands in memory while it is sent, and a signature needs its hash before its first byte. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

export interface S3PutContext {
  readonly base: S3Base;
  readonly primitives: Primitives;
  readonly key: string;
}

/**
 * Stores one object by one request, which the server carries out whole or not at all: half a body, or one that does not have the signed
 * hash, leaves nothing. `If-None-Match: *` lets the first writer win. Versioned buckets, as every archive is, do not keep that
 * promise on every server, so there we look before; two writers of one content-named key then store equal bytes.
 */
export async function putS3Object(
  context: S3PutContext,
  body: PutBody,
  sizeBytes: number,
  options: PutOptions,
): Promise<void> {
  const { base, primitives, key } = context;
  await base.requirePresent();
  const bytes = await collect(context, body, sizeBytes, options.signal);
  const sha256 = primitives.sha256(bytes);
  if (options.sha256 && !primitives.isEqual(sha256, options.sha256)) {
    throw new ZoneError("damaged", base.zoneId, `${key}: the bytes do not have the promised hash`);
  }
  if (base.base === "archive" && (await base.bucket.findSize(key)) !== null) {
    return requireEqual(context, sha256, options);
  }
  const { signal } = options;
  const outcome = await base.bucket.put({ key, bytes, sha256, isOnlyIfAbsent: true, signal });
  if (outcome !== "stored") await requireEqual(context, sha256, options);
}

/** See `Zone.replaceBad`; one request puts the new copy in the place of the old one, at once for all readers. */
export async function replaceS3Object(
  context: S3PutContext,
  body: ByteParts,
  { sha256, signal }: { readonly sha256: Uint8Array; readonly signal: AbortSignal | undefined },
): Promise<"replaced" | "kept"> {
  const { base, primitives, key } = context;
  signal?.throwIfAborted();
  await base.requirePresent();
  const isGood = async () => {
    const stored = await findStoredHash(context, signal);
    return stored !== null && primitives.isEqual(stored, sha256);
  };
  if (await isGood()) return "kept";
  const bytes = Buffer.concat(body);
  await base.bucket.put({ key, bytes, sha256, isOnlyIfAbsent: false, signal });
  if (!(await isGood())) throw new ZoneError("damaged", base.zoneId, `${key}: the new copy reads wrong`);
  return "replaced";
}

async function requireEqual(
  context: S3PutContext,
  sha256: Uint8Array,
  { isCreateOnly, signal }: PutOptions,
): Promise<void> {
  const { base, primitives, key } = context;
  const stored = await findStoredHash(context, signal);
  // Somebody is writing it at this moment, or has deleted it since: another try finds out.
  if (stored === null) throw new ZoneError("unreachable", base.zoneId, `${key} is being written`);
  if (isCreateOnly || !primitives.isEqual(stored, sha256)) {
    throw new ZoneError("exists", base.zoneId, `${key} exists`);
  }
}

/** Hash of the stored copy; one that cannot be read as it should be has none that anybody promised. */
async function findStoredHash({ base, primitives, key }: S3PutContext, signal: AbortSignal | undefined) {
  const hash = primitives.sha256Start();
  try {
    for await (const piece of await readS3Object({ base, key, range: undefined, signal })) hash.update(piece);
  } catch (error) {
    if (error instanceof ZoneError && error.code === "not_found") return null;
    throw error;
  }
  return hash.digest();
}

async function collect(
  { base, key }: S3PutContext,
  body: PutBody,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (sizeBytes > MAX_OBJECT_BYTES) {
    throw new ZoneError("full", base.zoneId, `${key}: ${sizeBytes} bytes are more than an object of an s3 zone holds`);
  }
  if (Array.isArray(body) && body.length === 1 && body[0].length === sizeBytes) return body[0];
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  for await (const part of body) {
    signal?.throwIfAborted();
    if (filled + part.length <= sizeBytes) bytes.set(part, filled);
    filled += part.length;
    if (filled > sizeBytes) break;
  }
  signal?.throwIfAborted();
  if (filled === sizeBytes) return bytes;
  const message = `${key}: ${sizeBytes} bytes were announced, ${filled} or more came`;
  throw new ZoneError("damaged", base.zoneId, message);
}
