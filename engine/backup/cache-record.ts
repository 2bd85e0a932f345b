import type { ByteReader } from "../codec/byte-reader.ts";
import type { ByteWriter } from "../codec/byte-writer.ts";
import { FormatError } from "../codec/format-error.ts";

/**
 * What the agent keeps about one object between runs, in the order of the walk: a folder, all that is below it, its end.
 * The cache is disposable and local, so this is no part of FORMAT.md and changes with `CACHE_VERSION`.
 */
export type CacheRecord = LeafRecord | FolderRecord | FolderEndRecord | MissingRecord;

interface Decoded {
  /** The record as it was read, for writing it again unchanged. */
  readonly raw?: Uint8Array;
}

export interface LeafRecord extends Decoded {
  readonly kind: "leaf";
  readonly name: Uint8Array;
  /** 64 bytes of what its source says about it; equal means that it was not touched. */
  readonly fingerprint: Uint8Array;
  /** As a change list states it; 16 bytes. */
  readonly contentFingerprint: Uint8Array;
  /** The encoded tree entry. */
  readonly entry: Uint8Array;
}

export interface FolderRecord extends Decoded {
  readonly kind: "folder";
  readonly name: Uint8Array;
  readonly fingerprint: Uint8Array;
  /** The encoded tree entry with an empty listing; the real one follows with the end. */
  readonly entry: Uint8Array;
}

/** A name that was there and could not be read: it is tried again, also where the folder's list is trusted. */
export interface MissingRecord extends Decoded {
  readonly kind: "missing";
  readonly name: Uint8Array;
}

export interface FolderEndRecord extends Decoded {
  readonly kind: "end";
  readonly entriesBelow: number;
  readonly bytesBelow: number;
  /** Top page of the listing; 32 bytes. */
  readonly listingId: Uint8Array;
}

export const CACHE_VERSION = 2;
export const FINGERPRINT_SIZE_BYTES = 64;
/** Stands for an object that must be read again at the next run: no object has this fingerprint. */
export const UNSETTLED_FINGERPRINT = new Uint8Array(FINGERPRINT_SIZE_BYTES);
const CONTENT_FINGERPRINT_SIZE_BYTES = 16;
const ID_SIZE_BYTES = 32;
const NAME_MAX_BYTES = 4096;
/** An entry holds at most its name, its xattrs and 64 inline items. */
const ENTRY_MAX_BYTES = 16 * 1024 * 1024;

export function encodeCacheRecord(writer: ByteWriter, record: CacheRecord): void {
  if (record.raw !== undefined) {
    writer.raw(record.raw);
    return;
  }
  switch (record.kind) {
    case "leaf":
      writer.u8(1).bytes(record.name).raw(record.fingerprint).raw(record.contentFingerprint).bytes(record.entry);
      return;
    case "folder":
      writer.u8(2).bytes(record.name).raw(record.fingerprint).bytes(record.entry);
      return;
    case "end":
      writer.u8(3).varint(record.entriesBelow).varint(record.bytesBelow).raw(record.listingId);
      return;
    case "missing":
      writer.u8(4).bytes(record.name);
      return;
  }
}

/**
 * @param block the bytes that `reader` reads
 * @throws FormatError when the cache is damaged: it is then as if there were none
 */
export function decodeCacheRecord(reader: ByteReader, block: Uint8Array): CacheRecord {
  const start = reader.position;
  const record = decodeFields(reader);
  return { ...record, raw: block.subarray(start, reader.position) };
}

function decodeFields(reader: ByteReader): CacheRecord {
  const kind = reader.u8();
  if (kind === 1) {
    return {
      kind: "leaf",
      name: reader.bytes(NAME_MAX_BYTES),
      fingerprint: reader.raw(FINGERPRINT_SIZE_BYTES),
      contentFingerprint: reader.raw(CONTENT_FINGERPRINT_SIZE_BYTES),
      entry: reader.bytes(ENTRY_MAX_BYTES),
    };
  }
  if (kind === 2) {
    return {
      kind: "folder",
      name: reader.bytes(NAME_MAX_BYTES),
      fingerprint: reader.raw(FINGERPRINT_SIZE_BYTES),
      entry: reader.bytes(ENTRY_MAX_BYTES),
    };
  }
  if (kind === 4) return { kind: "missing", name: reader.bytes(NAME_MAX_BYTES) };
  if (kind !== 3) throw new FormatError("bad_cache_record", `a cache record of unknown kind ${kind}`);
  return {
    kind: "end",
    entriesBelow: reader.varint(),
    bytesBelow: reader.varint(),
    listingId: reader.raw(ID_SIZE_BYTES),
  };
}
