import type { ByteReader } from "../codec/byte-reader.ts";
import type { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";
import { compareBytes } from "../codec/hex.ts";
import { ID_SIZE_BYTES } from "../ids/chunk-id.ts";
import type { EntryType, Xattr } from "../ports/source.ts";
import { type ChunkItem, decodeItems, encodeItems, sizeOfItems } from "./chunk-item.ts";
import { NAME_LIMIT_BYTES, PATH_LIMIT_BYTES, XATTR_NAME_LIMIT_BYTES, XATTR_VALUE_LIMIT_BYTES } from "./limits.ts";

/** One name in a folder (FORMAT.md section 4); times in seconds and nanoseconds since 1970, names as bytes. */
export type TreeEntry = EntryBase & EntryBody;

export interface EntryBase {
  readonly name: Uint8Array;
  /** The 12 permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  /** Sorted by name. */
  readonly xattrs: readonly Xattr[];
  /** 16 bytes, equal for all names of one inode. */
  readonly linkId?: Uint8Array;
}

export type EntryBody =
  | { readonly type: "file"; readonly sizeBytes: number; readonly content: FileContent }
  | {
      readonly type: "folder";
      readonly entriesBelow: number;
      readonly bytesBelow: number;
      readonly pageId: Uint8Array;
    }
  | { readonly type: "symlink"; readonly target: Uint8Array }
  | { readonly type: "fifo" | "socket" }
  | { readonly type: "character-device" | "block-device"; readonly major: number; readonly minor: number };

/** Up to 64 items stand in the entry itself; more of them in chunk-list pages. */
export type FileContent =
  | { readonly form: "inline"; readonly items: readonly ChunkItem[] }
  | { readonly form: "paged"; readonly pageId: Uint8Array };

export const INLINE_ITEMS_LIMIT = 64;

const TYPE_NUMBERS: Readonly<Record<EntryType, number>> = {
  file: 1,
  folder: 2,
  symlink: 3,
  fifo: 4,
  "character-device": 5,
  "block-device": 6,
  socket: 7,
};
const TYPES: readonly (EntryType | undefined)[] = [
  undefined,
  "file",
  "folder",
  "symlink",
  "fifo",
  "character-device",
  "block-device",
  "socket",
];
const HAS_XATTRS = 1;
const HAS_LINK_ID = 2;
const MODE_LIMIT = 0o7777;
const OWNER_LIMIT = 0xffff_ffff;
const NANOSECONDS_LIMIT = 999_999_999;
const XATTRS_LIMIT = 4_096;
const LINK_ID_SIZE_BYTES = 16;
const SLASH = 0x2f;
const DOT = 0x2e;

/** The number that stands for a type in tree pages and change lists. */
export function entryTypeNumber(type: EntryType): number {
  return TYPE_NUMBERS[type];
}

/** @throws FormatError `bad_entry_type` */
export function parseEntryType(number: number): EntryType {
  const type = TYPES[number];
  if (type === undefined) throw new FormatError("bad_entry_type", `unknown type of entry: ${number}`);
  return type;
}

export function encodeTreeEntry(writer: ByteWriter, entry: TreeEntry): void {
  requireName(entry.name);
  const flags = (entry.xattrs.length > 0 ? HAS_XATTRS : 0) | (entry.linkId === undefined ? 0 : HAS_LINK_ID);
  writer.bytes(entry.name).u8(TYPE_NUMBERS[entry.type]).u8(flags);
  writer
    .varint(entry.mode & MODE_LIMIT)
    .varint(entry.uid)
    .varint(entry.gid);
  writer.zigzag(entry.mtimeSeconds).varint(entry.mtimeNanoseconds);
  if (entry.xattrs.length > 0) {
    writer.varint(entry.xattrs.length);
    const sorted = entry.xattrs.toSorted((a, b) => compareBytes(a.name, b.name));
    within(sorted.length, XATTRS_LIMIT);
    for (const { name, value } of sorted) {
      within(name.length, XATTR_NAME_LIMIT_BYTES);
      within(value.length, XATTR_VALUE_LIMIT_BYTES);
      writer.bytes(name).bytes(value);
    }
  }
  if (entry.linkId !== undefined) writer.raw(entry.linkId);
  encodeBody(writer, entry);
}

function encodeBody(writer: ByteWriter, body: EntryBody): void {
  switch (body.type) {
    case "file":
      writer.varint(body.sizeBytes);
      if (body.content.form === "paged") writer.u8(1).raw(body.content.pageId);
      else {
        requireCover(body.sizeBytes, body.content.items);
        within(body.content.items.length, INLINE_ITEMS_LIMIT);
        writer.u8(0);
        encodeItems(writer, body.content.items);
      }
      break;
    case "folder":
      writer.varint(body.entriesBelow).varint(body.bytesBelow).raw(body.pageId);
      break;
    case "symlink":
      within(body.target.length, PATH_LIMIT_BYTES);
      writer.bytes(body.target);
      break;
    case "character-device":
    case "block-device":
      writer.varint(within(body.major, OWNER_LIMIT)).varint(within(body.minor, OWNER_LIMIT));
      break;
    case "fifo":
    case "socket":
      break;
  }
}

export function decodeTreeEntry(reader: ByteReader): TreeEntry {
  const name = reader.bytes(NAME_LIMIT_BYTES);
  requireName(name);
  const type = parseEntryType(reader.u8());
  const flags = reader.u8();
  if (flags > (HAS_XATTRS | HAS_LINK_ID)) throw new FormatError("bad_flags", `unknown flags of an entry: ${flags}`);
  const base = {
    name,
    mode: reader.varint(MODE_LIMIT),
    uid: reader.varint(OWNER_LIMIT),
    gid: reader.varint(OWNER_LIMIT),
    mtimeSeconds: reader.zigzag(),
    mtimeNanoseconds: reader.varint(NANOSECONDS_LIMIT),
    xattrs: flags & HAS_XATTRS ? decodeXattrs(reader) : [],
  };
  const linkId = flags & HAS_LINK_ID ? { linkId: reader.raw(LINK_ID_SIZE_BYTES) } : {};
  return { ...base, ...linkId, ...decodeEntryBody(type, reader) };
}

function decodeXattrs(reader: ByteReader): Xattr[] {
  const count = reader.count(XATTRS_LIMIT, 2);
  if (count === 0) throw new FormatError("bad_flags", "an entry announces xattrs and has none");
  const xattrs: Xattr[] = [];
  let previous: Uint8Array | null = null;
  for (let at = 0; at < count; at++) {
    const name = reader.bytes(XATTR_NAME_LIMIT_BYTES);
    if (previous !== null && compareBytes(previous, name) >= 0) {
      throw new FormatError("out_of_order", "xattrs are not strictly ascending");
    }
    previous = name;
    xattrs.push({ name, value: reader.bytes(XATTR_VALUE_LIMIT_BYTES) });
  }
  return xattrs;
}

function decodeEntryBody(type: EntryType, reader: ByteReader): EntryBody {
  switch (type) {
    case "file":
      return decodeFile(reader);
    case "folder":
      return { type, entriesBelow: reader.varint(), bytesBelow: reader.varint(), pageId: reader.raw(ID_SIZE_BYTES) };
    case "symlink":
      return { type, target: reader.bytes(PATH_LIMIT_BYTES) };
    case "character-device":
    case "block-device":
      return { type, major: reader.varint(OWNER_LIMIT), minor: reader.varint(OWNER_LIMIT) };
    case "fifo":
    case "socket":
      return { type };
  }
}

function decodeFile(reader: ByteReader): EntryBody {
  const sizeBytes = reader.varint();
  const form = reader.u8();
  if (form > 1) throw new FormatError("bad_form", `unknown form of a chunk list: ${form}`);
  if (form === 1) {
    return { type: "file", sizeBytes, content: { form: "paged", pageId: reader.raw(ID_SIZE_BYTES) } };
  }
  const items = decodeItems(reader, INLINE_ITEMS_LIMIT);
  requireCover(sizeBytes, items);
  return { type: "file", sizeBytes, content: { form: "inline", items } };
}

/** What a reader would refuse is not written in the first place. */
function within(value: number, limit: number): number {
  if (value > limit) throw new FormatError("too_large", `${value} in an entry is beyond the limit of ${limit}`);
  return value;
}

function requireCover(sizeBytes: number, items: readonly ChunkItem[]): void {
  if (sizeOfItems(items) !== sizeBytes) {
    throw new FormatError("bad_cover", `the items of a file do not add up to its ${sizeBytes} bytes`);
  }
}

/** A name that a folder can hold. A forged "../x" must not get past the decoder, wherever a restore writes it. */
function requireName(name: Uint8Array): void {
  const isDots = name.length <= 2 && name.every((byte) => byte === DOT);
  if (name.length === 0 || isDots || name.includes(SLASH) || name.includes(0)) {
    throw new FormatError("bad_name", "a name is empty, a dot name, or holds a slash or a zero byte");
  }
  if (name.length > NAME_LIMIT_BYTES) throw new FormatError("too_long", `a name of ${name.length} bytes`);
}
