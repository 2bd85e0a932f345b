import { ByteReader } from "../codec/byte-reader.ts";
import type { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { concatBytes } from "../codec/hex.ts";
import { encodeUtf8 } from "../codec/text.ts";
import { uuidFromBytes, uuidToBytes } from "../codec/uuid.ts";
import { ID_SIZE_BYTES } from "../ids/chunk-id.ts";
import type { ChunkKind } from "../ports/chunk-index.ts";
import type { StoredFrame } from "./frame.ts";
import {
  CHUNK_LIMIT_BYTES,
  FRAME_MEMBERS_LIMIT,
  FRAME_OVERHEAD_BYTES,
  PACK_LIMIT_BYTES,
  SLOTS_LIMIT,
} from "./limits.ts";
import { decodeSlot, encodeSlot, SLOT_SIZE_BYTES, type Slot } from "./slot.ts";

export type PackKind = "content" | "meta";
/** For which tier a pack was made: agents make those of the backup tier, freezing makes those of the archive. */
export type PackTier = "backup" | "archive";

/** Everything of a pack but its frames (FORMAT.md section 3). Readable without any key. */
export interface PackIndex {
  readonly companyId: string;
  readonly scope: number;
  readonly packKind: PackKind;
  readonly tier: PackTier;
  readonly slots: readonly Slot[];
  readonly frames: readonly FrameEntry[];
}

export interface FrameEntry extends StoredFrame {
  /** Number of the key slot that the frame is sealed under. */
  readonly slot: number;
  /** From the start of the pack. */
  readonly offset: number;
}

export interface PackHeader {
  readonly companyId: string;
  readonly scope: number;
  readonly packKind: PackKind;
  readonly tier: PackTier;
  readonly keyTableSizeBytes: number;
}

export interface PackFooter {
  readonly directoryOffset: number;
  readonly directorySizeBytes: number;
}

export const PACK_HEADER_SIZE_BYTES = 32;
export const PACK_FOOTER_SIZE_BYTES = 16;
const PACK_VERSION = 1;
const HEADER_MAGIC = encodeUtf8("HFPK");
const FOOTER_MAGIC = encodeUtf8("HFPE");
const PACK_KINDS: readonly (PackKind | undefined)[] = [undefined, "content", "meta"];
const PACK_TIERS: readonly (PackTier | undefined)[] = ["backup", "archive"];
const LEAST_FRAME_BYTES = 2 + 24 + 4 + 4 + 16 + 1 + 2 + ID_SIZE_BYTES;
/** Compression, count, one size and the tag. */
const LEAST_STORED_BYTES = 19;

export function encodePackHeader(
  writer: ByteWriter,
  header: Omit<PackHeader, "keyTableSizeBytes">,
  slots: number,
): void {
  writer
    .raw(HEADER_MAGIC)
    .u16(PACK_VERSION)
    .u8(PACK_KINDS.indexOf(header.packKind))
    .u8(PACK_TIERS.indexOf(header.tier));
  writer
    .raw(uuidToBytes(header.companyId))
    .u32(header.scope)
    .u32(2 + SLOT_SIZE_BYTES * slots);
}

export function encodeKeyTable(writer: ByteWriter, slots: readonly Slot[]): void {
  writer.u16(slots.length);
  for (const slot of slots) encodeSlot(writer, slot);
}

export function encodeFrameEntry(writer: ByteWriter, entry: FrameEntry): void {
  writer.u16(entry.slot).raw(entry.nonce).u32(entry.offset).u32(entry.storedSizeBytes).raw(entry.hash16);
  writer.u8(entry.kind).u16(entry.memberIds.length);
  for (const id of entry.memberIds) writer.raw(id);
  if (entry.kind === 1) return;
  for (const list of entry.childLists) {
    writer.u32(list.length);
    for (const id of list) writer.raw(id);
  }
}

/** Bytes that a frame takes in the directory. */
export function frameEntrySizeBytes(kind: ChunkKind, memberCount: number, childCount: number): number {
  const lists = kind === 1 ? 0 : 4 * memberCount + ID_SIZE_BYTES * childCount;
  return LEAST_FRAME_BYTES + ID_SIZE_BYTES * (memberCount - 1) + lists;
}

export function encodePackFooter(writer: ByteWriter, footer: PackFooter): void {
  writer.u32(footer.directoryOffset).u32(footer.directorySizeBytes).u32(0).raw(FOOTER_MAGIC);
}

/** @param bytes the first 32 bytes of a pack */
export function parsePackHeader(bytes: Uint8Array): PackHeader {
  const reader = new ByteReader(bytes);
  requireMagic(reader.raw(4), HEADER_MAGIC);
  const version = reader.u16();
  if (version !== PACK_VERSION) throw new FormatError("unknown_version", `pack version ${version} is not known here`);
  const packKind = PACK_KINDS[reader.u8()];
  const tier = PACK_TIERS[reader.u8()];
  if (packKind === undefined || tier === undefined) throw new FormatError("bad_pack_kind", "unknown kind of pack");
  const header = { companyId: uuidFromBytes(reader.raw(16)), scope: reader.u32(), keyTableSizeBytes: reader.u32() };
  reader.expectEnd();
  const slots = (header.keyTableSizeBytes - 2) / SLOT_SIZE_BYTES;
  if (!Number.isInteger(slots) || slots < 1 || slots > SLOTS_LIMIT) {
    throw new FormatError("bad_key_table", "a key table has 1 to 4,096 slots of 236 bytes");
  }
  return { ...header, packKind, tier };
}

/**
 * @param bytes the last 16 bytes of a pack
 * @param packSizeBytes size of the whole pack, which the footer must account for
 */
export function parsePackFooter(bytes: Uint8Array, packSizeBytes: number): PackFooter {
  const reader = new ByteReader(bytes);
  const footer = { directoryOffset: reader.u32(), directorySizeBytes: reader.u32() };
  if (reader.u32() !== 0) throw new FormatError("bad_footer", "reserved bytes of a pack's footer are not zero");
  requireMagic(reader.raw(4), FOOTER_MAGIC);
  reader.expectEnd();
  if (packSizeBytes > PACK_LIMIT_BYTES) throw new FormatError("too_long", `a pack of ${packSizeBytes} bytes`);
  if (footer.directoryOffset + footer.directorySizeBytes + PACK_FOOTER_SIZE_BYTES !== packSizeBytes) {
    throw new FormatError("bad_footer", "a pack's footer does not account for its size");
  }
  return footer;
}

/** Cuts the index out of a whole pack: header, key table, directory, footer. */
export function packIndexBytes(pack: Uint8Array): Uint8Array {
  if (pack.length < PACK_HEADER_SIZE_BYTES + PACK_FOOTER_SIZE_BYTES)
    throw new FormatError("truncated", "no pack is so short");
  const header = parsePackHeader(pack.subarray(0, PACK_HEADER_SIZE_BYTES));
  const footer = parsePackFooter(pack.subarray(pack.length - PACK_FOOTER_SIZE_BYTES), pack.length);
  const framesAt = PACK_HEADER_SIZE_BYTES + header.keyTableSizeBytes;
  if (footer.directoryOffset < framesAt)
    throw new FormatError("bad_footer", "a pack's directory overlaps its key table");
  return concatBytes(pack.subarray(0, framesAt), pack.subarray(footer.directoryOffset));
}

/** The index of a whole pack in memory. @throws FormatError */
export function parsePackDirectory(pack: Uint8Array): PackIndex {
  return parsePackIndex(packIndexBytes(pack));
}

/**
 * @param bytes header | key table | directory | footer
 * @throws FormatError unless every frame lies where it must, in order and without gaps
 */
export function parsePackIndex(bytes: Uint8Array): PackIndex {
  if (bytes.length < PACK_HEADER_SIZE_BYTES + PACK_FOOTER_SIZE_BYTES)
    throw new FormatError("truncated", "no pack index is so short");
  const header = parsePackHeader(bytes.subarray(0, PACK_HEADER_SIZE_BYTES));
  const framesAt = PACK_HEADER_SIZE_BYTES + header.keyTableSizeBytes;
  const reader = new ByteReader(bytes.subarray(0, bytes.length - PACK_FOOTER_SIZE_BYTES), PACK_HEADER_SIZE_BYTES);
  const slots = decodeKeyTable(reader, header.keyTableSizeBytes);
  const directorySizeBytes = reader.remaining;
  const frames = decodeDirectory(reader, { framesAt, slotCount: slots.length, packKind: header.packKind });
  reader.expectEnd();

  const last = frames.at(-1);
  const framesEnd = last === undefined ? framesAt : last.offset + last.storedSizeBytes;
  const packSizeBytes = framesEnd + directorySizeBytes + PACK_FOOTER_SIZE_BYTES;
  const footer = parsePackFooter(bytes.subarray(bytes.length - PACK_FOOTER_SIZE_BYTES), packSizeBytes);
  if (footer.directoryOffset !== framesEnd) throw new FormatError("bad_footer", "frames and directory leave a gap");
  const { companyId, scope, packKind, tier } = header;
  return { companyId, scope, packKind, tier, slots, frames };
}

function decodeKeyTable(reader: ByteReader, keyTableSizeBytes: number): Slot[] {
  const count = reader.u16();
  if (2 + count * SLOT_SIZE_BYTES !== keyTableSizeBytes) {
    throw new FormatError("bad_key_table", "the number of key slots does not fit the size of the key table");
  }
  return Array.from({ length: count }, () => decodeSlot(reader));
}

interface DirectoryContext {
  readonly framesAt: number;
  readonly slotCount: number;
  readonly packKind: PackKind;
}

function decodeDirectory(reader: ByteReader, context: DirectoryContext): FrameEntry[] {
  const count = reader.u32();
  if (count === 0) throw new FormatError("bad_count", "a pack without frames");
  if (count * LEAST_FRAME_BYTES > reader.remaining) throw new FormatError("truncated", "a directory ends too early");
  const frames: FrameEntry[] = [];
  let offset = context.framesAt;
  for (let at = 0; at < count; at++) {
    const frame = decodeFrameEntry(reader, context);
    if (frame.offset !== offset) throw new FormatError("out_of_order", "frames overlap or leave a gap");
    offset += frame.storedSizeBytes;
    if (offset > PACK_LIMIT_BYTES) throw new FormatError("too_long", "frames reach beyond the limit of a pack");
    frames.push(frame);
  }
  return frames;
}

function decodeFrameEntry(reader: ByteReader, context: DirectoryContext): FrameEntry {
  const slot = reader.u16();
  if (slot >= context.slotCount) throw new FormatError("bad_slot_number", "a frame names a key slot that is not there");
  const nonce = reader.raw(24);
  const offset = reader.u32();
  const storedSizeBytes = reader.u32();
  if (storedSizeBytes < LEAST_STORED_BYTES || storedSizeBytes > CHUNK_LIMIT_BYTES + FRAME_OVERHEAD_BYTES) {
    throw new FormatError("bad_size", `a frame of ${storedSizeBytes} bytes`);
  }
  const hash16 = reader.raw(16);
  const kind = parseKind(reader.u8(), context.packKind);
  const memberCount = reader.u16();
  if (memberCount === 0 || memberCount > FRAME_MEMBERS_LIMIT || memberCount * ID_SIZE_BYTES > reader.remaining) {
    throw new FormatError("bad_count", `a frame of ${memberCount} members`);
  }
  const memberIds = decodeIds(reader, memberCount);
  const childLists = kind === 1 ? memberIds.map(() => []) : memberIds.map(() => decodeChildList(reader));
  return { slot, nonce, offset, storedSizeBytes, hash16, kind, memberIds, childLists };
}

function parseKind(kind: number, packKind: PackKind): ChunkKind {
  if (packKind === "content" && kind === 1) return 1;
  if (packKind === "meta" && (kind === 2 || kind === 3)) return kind;
  throw new FormatError("bad_kind", `a frame of kind ${kind} in a ${packKind} pack`);
}

function decodeChildList(reader: ByteReader): Uint8Array[] {
  const count = reader.u32();
  if (count * ID_SIZE_BYTES > reader.remaining) throw new FormatError("truncated", "a child list ends too early");
  return decodeIds(reader, count);
}

function decodeIds(reader: ByteReader, count: number): Uint8Array[] {
  const ids: Uint8Array[] = [];
  for (let at = 0; at < count; at++) ids.push(reader.raw(ID_SIZE_BYTES));
  return ids;
}

function requireMagic(found: Uint8Array, expected: Uint8Array): void {
  if (found.some((byte, at) => byte !== expected[at])) throw new FormatError("bad_magic", "this is not a pack");
}
