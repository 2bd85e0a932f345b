import { encodeUtf8 } from "../codec/text.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { Primitives } from "../ports/primitives.ts";

const GEAR = encodeUtf8("holdfast/1/gear");
const PATH = encodeUtf8("holdfast/1/path");
const CONTENT = encodeUtf8("holdfast/1/content");
const KIND_BYTES = [0, 1, 2, 3].map((kind) => Uint8Array.of(kind));
const NO_KIND = Uint8Array.of(0);

/** Size of an id, in bytes. */
export const ID_SIZE_BYTES = 32;

/** The name of a chunk or page: nobody without the key can compute or test it. */
export function chunkId(
  primitives: Primitives,
  chunkIdKey: Uint8Array,
  kind: ChunkKind,
  plain: Uint8Array,
): Uint8Array {
  return primitives.hmacSha256(chunkIdKey, KIND_BYTES[kind] ?? NO_KIND, plain);
}

/** 16 bytes; rows of a change list are sorted by it. */
export function pathHash(primitives: Primitives, chunkIdKey: Uint8Array, path: Uint8Array): Uint8Array {
  return primitives.hmacSha256(chunkIdKey, PATH, path).slice(0, 16);
}

/** 16 bytes that are equal for equal content; `items` as a chunk-list leaf encodes them (FORMAT.md sections 4 and 5). */
export function contentFingerprint(
  primitives: Primitives,
  chunkIdKey: Uint8Array,
  ...items: readonly Uint8Array[]
): Uint8Array {
  return primitives.hmacSha256(chunkIdKey, CONTENT, ...items).slice(0, 16);
}

/** The 256 random numbers that decide where content is cut; without the key, cuts cannot be predicted. */
export function gearTable(primitives: Primitives, chunkIdKey: Uint8Array): BigUint64Array {
  const gearKey = primitives.hmacSha256(chunkIdKey, GEAR);
  const table = new BigUint64Array(256);
  for (let index = 0; index < table.length; index++) {
    const bytes = primitives.hmacSha256(gearKey, Uint8Array.of(index));
    table[index] = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }
  return table;
}

/** The first 16 bytes of an id as a string for Map and Set; strings of one byte a character, to save memory. */
export function idKey(id: Uint8Array): string {
  if (id.length < 16) return String.fromCharCode(...id);
  // Written out, because spreading a view costs five times as much, and a restore does this for every chunk.
  return String.fromCharCode(
    byteAt(id, 0),
    byteAt(id, 1),
    byteAt(id, 2),
    byteAt(id, 3),
    byteAt(id, 4),
    byteAt(id, 5),
    byteAt(id, 6),
    byteAt(id, 7),
    byteAt(id, 8),
    byteAt(id, 9),
    byteAt(id, 10),
    byteAt(id, 11),
    byteAt(id, 12),
    byteAt(id, 13),
    byteAt(id, 14),
    byteAt(id, 15),
  );
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
