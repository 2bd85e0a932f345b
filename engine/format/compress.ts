import { concatBytes } from "../codec/hex.ts";
import type { Primitives } from "../ports/primitives.ts";

/** How the body of a frame is stored. */
export const Compression = { none: 0, zstd: 1 } as const;

export interface CompressedBody {
  readonly compression: 0 | 1;
  /** The input itself when compression would not pay. */
  readonly bytes: Uint8Array;
}

/** docs/decisions/0003-compression.md has the measurements behind level, samples and thresholds. */
const LEVEL = 2;
/** Small members together are mostly text and code, which gain most from a higher level and are a small part of all bytes. */
const GROUP_LEVEL = 3;
const SAMPLE_LEVEL = 1;
const SAMPLE_BYTES = 4096;
const SAMPLED_FROM_BYTES = 8 * SAMPLE_BYTES;
/** Random bytes are within 1 %, JPEG and deflate within 10 %; code, text and base64 are beyond 200 %. */
const FLAT_WITHIN = 1.2;
/** Below this size zstd's own header eats the gain. */
const LEAST_BYTES = 64;
/** Samples and body must shrink at least to this share, or the reader pays for nothing. */
const WORTH = 0.97;

/**
 * Compresses a body unless three samples of 4 KiB from it, or the whole result, say that it does not pay: their byte
 * values are flat, and zstd finds nothing in them either.
 * @param options.isGroup whether the body is many small members, and not one large one
 * @param options.into takes the compressed bytes when they fit
 */
export function compressBody(
  primitives: Primitives,
  body: Uint8Array,
  options: { isGroup?: boolean; into?: Uint8Array } = {},
): CompressedBody {
  if (body.length < LEAST_BYTES || !isCompressible(primitives, body, options.into))
    return { compression: 0, bytes: body };
  const bytes = primitives.zstdCompress(body, options.isGroup ? GROUP_LEVEL : LEVEL, options.into);
  if (bytes.length > body.length * WORTH) return { compression: 0, bytes: body };
  return { compression: 1, bytes };
}

/** @param room overwritten where it is given */
function isCompressible(primitives: Primitives, body: Uint8Array, room: Uint8Array | undefined): boolean {
  if (body.length < SAMPLED_FROM_BYTES) return true;
  const step = Math.floor((body.length - SAMPLE_BYTES) / 2);
  const samples = concatBytes(...[0, step, 2 * step].map((at) => body.subarray(at, at + SAMPLE_BYTES)));
  if (!isFlat(samples)) return true;
  return primitives.zstdCompress(samples, SAMPLE_LEVEL, room).length <= samples.length * WORTH;
}

/**
 * True when all byte values are about equally frequent, as in compressed and encrypted data: the sum of their squared
 * counts is near the least possible. 10 us, against 70 us for compressing samples of text or code only to learn that
 * they shrink.
 */
function isFlat(samples: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  // By index: the iterator of `for of` costs five times as much.
  for (let at = 0; at < samples.length; at++) {
    const byte = samples[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  let squares = 0;
  for (const count of counts) squares += count * count;
  const expected = samples.length + (samples.length * samples.length) / 256;
  return squares < expected * FLAT_WITHIN;
}
