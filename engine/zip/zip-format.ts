import { ByteWriter } from "../codec/byte-writer.ts";

/**
 * [Note: The ZIP that we write]
 *
 * Entries are stored, not compressed: so every length is known before the first byte is read, and the archive's with it. The CRC
 * is not, so it follows the content in a descriptor. Whatever reaches 4 GiB, or the 65,536th entry, is written as Zip64 (APPNOTE
 * 6.3.x). Names are UTF-8 and say so; modes and kinds stand as Unix has them; times are UTC in an extended timestamp, besides the
 * archive's own clock.
 */
export interface ZipEntry {
  /** UTF-8; a folder's ends with a slash. */
  readonly nameBytes: Uint8Array;
  readonly type: "file" | "folder" | "symlink";
  /** The 12 permission bits. */
  readonly mode: number;
  /** Unix time. */
  readonly seconds: number;
  /** Content; of a symlink its target. */
  readonly sizeBytes: number;
}

/** An entry that was written. */
export interface WrittenZipEntry extends ZipEntry {
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const LOCAL_HEADER = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL_HEADER = 0x02014b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const END = 0x06054b50;

const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
/** Version 4.5 of the format knows Zip64; the upper byte says Unix. */
const VERSION = 45;
const MADE_BY_UNIX = (3 << 8) | VERSION;
/** Bit 3: a descriptor follows; bit 11: the name is UTF-8. */
const DESCRIBED = 0x0008;
const UTF8 = 0x0800;
const STORED = 0;
const TYPE_BITS = { file: 0o100000, folder: 0o040000, symlink: 0o120000 } as const;
const DOS_FOLDER = 0x10;

const TIMESTAMP_SIZE_BYTES = 9;
const ZIP64_EXTRA = 0x0001;
const TIMESTAMP_EXTRA = 0x5455;
/** The field is signed and has 32 bits. */
const MOST_EXTENDED_SECONDS = 2 ** 31 - 1;

const LOCAL_HEADER_SIZE_BYTES = 30;
const CENTRAL_HEADER_SIZE_BYTES = 46;
const END_SIZE_BYTES = 22;
const END_64_SIZE_BYTES = 56 + 20;

/** @param crc of a folder's or a symlink's content; a file's stands in its descriptor */
export function encodeLocalHeader(entry: ZipEntry, crc = 0): Uint8Array {
  const isLarge = isLargeEntry(entry);
  const size = isLarge ? MAX_32 : entry.type === "file" ? 0 : entry.sizeBytes;
  const writer = new ByteWriter(LOCAL_HEADER_SIZE_BYTES + entry.nameBytes.length + localExtraSize(entry));
  writer.u32(LOCAL_HEADER).u16(VERSION).u16(flagsOf(entry)).u16(STORED);
  writeDosTime(writer, entry.seconds);
  // What a descriptor tells is zero here; with Zip64 the extra field says that it has 8 bytes there.
  writer.u32(crc).u32(size).u32(size);
  writer.u16(entry.nameBytes.length).u16(localExtraSize(entry)).raw(entry.nameBytes);
  writeTimestamp(writer, entry.seconds);
  if (isLarge) writer.u16(ZIP64_EXTRA).u16(16).u64(0).u64(0);
  return writer.finish();
}

/** Comes after the content of a file; folders and symlinks have none. */
export function encodeDescriptor(entry: ZipEntry, crc: number): Uint8Array {
  const writer = new ByteWriter(descriptorSize(entry)).u32(DESCRIPTOR).u32(crc);
  if (isLargeEntry(entry)) writer.u64(entry.sizeBytes).u64(entry.sizeBytes);
  else writer.u32(entry.sizeBytes).u32(entry.sizeBytes);
  return writer.finish();
}

export function encodeCentralHeader(entry: WrittenZipEntry): Uint8Array {
  const { nameBytes, sizeBytes, offset } = entry;
  const [isLarge, isFar] = [isLargeEntry(entry), offset >= MAX_32];
  const size = isLarge ? MAX_32 : sizeBytes;
  const writer = new ByteWriter(centralHeaderSize(entry, offset));
  writer.u32(CENTRAL_HEADER).u16(MADE_BY_UNIX).u16(VERSION).u16(flagsOf(entry)).u16(STORED);
  writeDosTime(writer, entry.seconds);
  writer.u32(entry.crc).u32(size).u32(size);
  writer.u16(nameBytes.length).u16(centralExtraSize(entry, offset));
  // No comment, first disk, no internal attributes.
  writer.u16(0).u16(0).u16(0);
  writer.u16(entry.type === "folder" ? DOS_FOLDER : 0).u16(TYPE_BITS[entry.type] | entry.mode);
  writer.u32(isFar ? MAX_32 : offset).raw(nameBytes);
  writeTimestamp(writer, entry.seconds);
  if (isLarge || isFar) {
    writer.u16(ZIP64_EXTRA).u16((isLarge ? 16 : 0) + (isFar ? 8 : 0));
    if (isLarge) writer.u64(sizeBytes).u64(sizeBytes);
    if (isFar) writer.u64(offset);
  }
  return writer.finish();
}

export interface ZipDirectory {
  readonly entries: number;
  /** Where the central directory begins, and how long it is. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The end of the archive; its Zip64 form comes before it where it is needed. */
export function encodeEnd({ entries, offset, sizeBytes }: ZipDirectory): Uint8Array {
  const writer = new ByteWriter(END_SIZE_BYTES + END_64_SIZE_BYTES);
  if (isLargeDirectory({ entries, offset, sizeBytes })) {
    writer.u32(END_64).u64(44).u16(MADE_BY_UNIX).u16(VERSION).u32(0).u32(0);
    writer.u64(entries).u64(entries).u64(sizeBytes).u64(offset);
    writer
      .u32(END_64_LOCATOR)
      .u32(0)
      .u64(offset + sizeBytes)
      .u32(1);
  }
  const count = Math.min(entries, MAX_16);
  writer.u32(END).u16(0).u16(0).u16(count).u16(count);
  writer.u32(Math.min(sizeBytes, MAX_32)).u32(Math.min(offset, MAX_32)).u16(0);
  return writer.finish();
}

/** Of a whole local record: header, content, descriptor. */
export function localSize(entry: ZipEntry): number {
  const header = LOCAL_HEADER_SIZE_BYTES + entry.nameBytes.length + localExtraSize(entry);
  return header + entry.sizeBytes + descriptorSize(entry);
}

export function centralHeaderSize(entry: ZipEntry, offset: number): number {
  return CENTRAL_HEADER_SIZE_BYTES + entry.nameBytes.length + centralExtraSize(entry, offset);
}

export function endSize(directory: ZipDirectory): number {
  return END_SIZE_BYTES + (isLargeDirectory(directory) ? END_64_SIZE_BYTES : 0);
}

function isLargeEntry({ sizeBytes }: ZipEntry): boolean {
  return sizeBytes >= MAX_32;
}

function isLargeDirectory({ entries, offset, sizeBytes }: ZipDirectory): boolean {
  return entries >= MAX_16 || offset >= MAX_32 || sizeBytes >= MAX_32;
}

function flagsOf({ type }: ZipEntry): number {
  return UTF8 | (type === "file" ? DESCRIBED : 0);
}

function descriptorSize(entry: ZipEntry): number {
  if (entry.type !== "file") return 0;
  return isLargeEntry(entry) ? 24 : 16;
}

function localExtraSize(entry: ZipEntry): number {
  return timestampSize(entry.seconds) + (isLargeEntry(entry) ? 20 : 0);
}

function centralExtraSize(entry: ZipEntry, offset: number): number {
  const [isLarge, isFar] = [isLargeEntry(entry), offset >= MAX_32];
  const zip64 = isLarge || isFar ? 4 + (isLarge ? 16 : 0) + (isFar ? 8 : 0) : 0;
  return timestampSize(entry.seconds) + zip64;
}

function timestampSize(seconds: number): number {
  return isExtended(seconds) ? TIMESTAMP_SIZE_BYTES : 0;
}

function isExtended(seconds: number): boolean {
  return seconds >= 0 && seconds <= MOST_EXTENDED_SECONDS;
}

function writeTimestamp(writer: ByteWriter, seconds: number): void {
  if (isExtended(seconds)) writer.u16(TIMESTAMP_EXTRA).u16(5).u8(1).u32(seconds);
}

/** What a ZIP's own clock can say; anything else stands at the nearest end. */
const LEAST_DOS_SECONDS = Date.UTC(1980, 0, 1) / 1000;
const MOST_DOS_SECONDS = Date.UTC(2107, 11, 31) / 1000;

function writeDosTime(writer: ByteWriter, seconds: number): void {
  const time = new Date(Math.min(MOST_DOS_SECONDS, Math.max(LEAST_DOS_SECONDS, seconds)) * 1000);
  writer.u16((time.getUTCSeconds() >> 1) | (time.getUTCMinutes() << 5) | (time.getUTCHours() << 11));
  writer.u16(time.getUTCDate() | ((time.getUTCMonth() + 1) << 5) | ((time.getUTCFullYear() - 1980) << 9));
}
