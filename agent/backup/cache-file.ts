import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import type { CacheRecords } from "../../engine/backup/cache-cursor.ts";
import {
  CACHE_VERSION,
  type CacheRecord,
  decodeCacheRecord,
  encodeCacheRecord,
} from "../../engine/backup/cache-record.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { encodeUtf8 } from "../../engine/codec/text.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";

/**
 * One file per source: what the last committed run found, in the order of the walk. Read in blocks beside the walk and
 * written anew beside it, so that its size never matters to memory. Nothing in it is needed: whatever does not fit is
 * as if it were not there.
 */

/** What a cache says about the snapshot that it was made with. */
export interface CacheState {
  /** Top page of that snapshot's change list. */
  readonly changeListId: Uint8Array;
  /** Top page of the last baseline or merged list up to it. */
  readonly mergeBaseId: Uint8Array;
  /** Deltas since then. */
  readonly deltas: number;
  /** Bytes of the file of changes that belong to them. */
  readonly changesBytes: number;
  readonly files: number;
  readonly bytes: number;
  /** 32 bytes; another value says that other names of a folder would be visited now. */
  readonly selectionKey: Uint8Array;
}

const MAGIC = encodeUtf8("HFCA");
const HEADER_BYTES = 256;
const BLOCK_BYTES = 256 * 1024;
/** An entry with many xattrs may stand alone in a block. */
const BLOCK_LIMIT_BYTES = 64 * 1024 * 1024;
const BLOCK_HEAD_BYTES = 12;
const CHECK_BYTES = 8;

/** Opens a cache for reading; undefined when there is none that fits `key`. */
export function openCache(path: string, key: Uint8Array): OpenCache | undefined {
  if (!existsSync(path)) return undefined;
  const fd = openSync(path, "r");
  const header = new Uint8Array(HEADER_BYTES);
  const state = readSync(fd, header, 0, HEADER_BYTES, 0) === HEADER_BYTES ? parseHeader(header, key) : undefined;
  if (state !== undefined) return new OpenCache(fd, state);
  closeSync(fd);
  return undefined;
}

export class OpenCache implements CacheRecords {
  readonly state: CacheState;
  readonly #fd: number;
  #offset = HEADER_BYTES;
  #bytes = new Uint8Array(0);
  #block = new ByteReader(this.#bytes);

  constructor(fd: number, state: CacheState) {
    this.#fd = fd;
    this.state = state;
  }

  next(): CacheRecord | undefined {
    try {
      if (this.#block.remaining === 0 && !this.#readBlock()) return undefined;
      return decodeCacheRecord(this.#block, this.#bytes);
    } catch {
      // Damaged: from here on everything is read anew.
      this.#offset = Number.POSITIVE_INFINITY;
      this.#block = new ByteReader(new Uint8Array(0));
      return undefined;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readBlock(): boolean {
    if (!Number.isFinite(this.#offset)) return false;
    const head = Buffer.alloc(BLOCK_HEAD_BYTES);
    if (readSync(this.#fd, head, 0, BLOCK_HEAD_BYTES, this.#offset) < BLOCK_HEAD_BYTES) return false;
    const sizeBytes = head.readUInt32LE(0);
    if (sizeBytes === 0 || sizeBytes > BLOCK_LIMIT_BYTES) return false;
    const block = new Uint8Array(sizeBytes);
    const readBytes = readSync(this.#fd, block, 0, sizeBytes, this.#offset + BLOCK_HEAD_BYTES);
    if (readBytes < sizeBytes || !head.subarray(4).equals(checkOf(block))) return false;
    this.#offset += BLOCK_HEAD_BYTES + sizeBytes;
    this.#bytes = block;
    this.#block = new ByteReader(block);
    return true;
  }
}

/** Writes the next cache beside the one in use; `commit` puts it in its place. */
export class CacheWriter {
  readonly #path: string;
  readonly #fd: number;
  readonly #block = new ByteWriter(BLOCK_BYTES + 4096);
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(`${path}.new`, "w", 0o600);
    writeSync(this.#fd, Buffer.alloc(HEADER_BYTES));
  }

  add(record: CacheRecord): void {
    encodeCacheRecord(this.#block, record);
    if (this.#block.position >= BLOCK_BYTES) this.#flush();
  }

  /** Makes this the cache, once the snapshot that it describes is committed. */
  commit(key: Uint8Array, state: CacheState): void {
    this.#flush();
    writeSync(this.#fd, encodeHeader(key, state), 0, HEADER_BYTES, 0);
    fsyncSync(this.#fd);
    this.#close();
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** Leaves the cache in use as it is. Does nothing after `commit`. */
  discard(): void {
    if (!this.#isOpen) return;
    this.#close();
    rmSync(`${this.#path}.new`, { force: true });
  }

  #flush(): void {
    const block = this.#block.view();
    if (block.length === 0) return;
    const head = Buffer.alloc(BLOCK_HEAD_BYTES);
    head.writeUInt32LE(block.length);
    checkOf(block).copy(head, 4);
    writeSync(this.#fd, head);
    writeSync(this.#fd, block);
    this.#block.reset();
  }

  #close(): void {
    this.#isOpen = false;
    closeSync(this.#fd);
  }
}

function checkOf(bytes: Uint8Array): Buffer {
  return Buffer.from(nodePrimitives.sha256(bytes)).subarray(0, CHECK_BYTES);
}

function encodeHeader(key: Uint8Array, state: CacheState): Uint8Array {
  const writer = new ByteWriter(HEADER_BYTES);
  writer.raw(MAGIC).u16(CACHE_VERSION).raw(key).raw(state.changeListId).raw(state.mergeBaseId);
  writer.u32(state.deltas).u64(state.changesBytes).u64(state.files).u64(state.bytes);
  writer.raw(state.selectionKey);
  writer.raw(checkOf(writer.view()));
  return writer.raw(new Uint8Array(HEADER_BYTES - writer.position)).finish();
}

function parseHeader(header: Uint8Array, key: Uint8Array): CacheState | undefined {
  const reader = new ByteReader(header);
  const isOurs = Buffer.from(reader.raw(4)).equals(MAGIC) && reader.u16() === CACHE_VERSION;
  if (!isOurs || !Buffer.from(reader.raw(32)).equals(key)) return undefined;
  const state = {
    changeListId: reader.raw(32),
    mergeBaseId: reader.raw(32),
    deltas: reader.u32(),
    changesBytes: reader.u64(),
    files: reader.u64(),
    bytes: reader.u64(),
    selectionKey: reader.raw(32),
  };
  const check = checkOf(header.subarray(0, reader.position));
  return check.equals(reader.raw(CHECK_BYTES)) ? state : undefined;
}
