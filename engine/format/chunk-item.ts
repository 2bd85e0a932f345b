import type { ByteReader } from "../codec/byte-reader.ts";
import type { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { ID_SIZE_BYTES } from "../ids/chunk-id.ts";
import { CHUNK_LIMIT_BYTES } from "./limits.ts";

/** A stretch of a file: zeros that take no room (of any length), or one chunk (at most 4 MiB). */
export type ChunkItem =
  | { readonly kind: "hole"; readonly sizeBytes: number }
  | { readonly kind: "content"; readonly sizeBytes: number; readonly chunkId: Uint8Array };

const HOLE = 0;
const CONTENT = 1;

/** A varint count and the items. */
export function encodeItems(writer: ByteWriter, items: readonly ChunkItem[]): void {
  writer.varint(items.length);
  for (const item of items) encodeItem(writer, item);
}

/** One item without a count; content fingerprints are taken over these bytes. */
export function encodeItem(writer: ByteWriter, item: ChunkItem): void {
  requireItemSize(item.kind === "content", item.sizeBytes);
  if (item.kind === "hole") writer.u8(HOLE).varint(item.sizeBytes);
  else writer.u8(CONTENT).varint(item.sizeBytes).raw(item.chunkId);
}

export function decodeItems(reader: ByteReader, limit: number): ChunkItem[] {
  const count = reader.count(limit, 2);
  const items: ChunkItem[] = [];
  for (let at = 0; at < count; at++) items.push(decodeItem(reader));
  return items;
}

export function decodeItem(reader: ByteReader): ChunkItem {
  const kind = reader.u8();
  if (kind > CONTENT) throw new FormatError("bad_item", `unknown kind of chunk-list item: ${kind}`);
  const sizeBytes = reader.varint();
  requireItemSize(kind === CONTENT, sizeBytes);
  return kind === HOLE
    ? { kind: "hole", sizeBytes }
    : { kind: "content", sizeBytes, chunkId: reader.raw(ID_SIZE_BYTES) };
}

function requireItemSize(isContent: boolean, sizeBytes: number): void {
  if (sizeBytes === 0) throw new FormatError("bad_item", "a chunk-list item covers nothing");
  if (isContent && sizeBytes > CHUNK_LIMIT_BYTES) throw new FormatError("too_long", `a chunk of ${sizeBytes} bytes`);
}

export function sizeOfItems(items: readonly ChunkItem[]): number {
  return items.reduce((sum, item) => sum + item.sizeBytes, 0);
}
