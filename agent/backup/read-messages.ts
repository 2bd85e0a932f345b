import { FINGERPRINT_SIZE_BYTES } from "../../engine/backup/cache-record.ts";
import type { ByteReader } from "../../engine/codec/byte-reader.ts";
import type { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { FormatError } from "../../engine/codec/format-error.ts";
import type { GapReason, Stretch, Xattr } from "../../engine/ports/source.ts";

/**
 * What main thread and readers tell each other. Everything large is bytes in buffers of their own that change
 * hands; a structured clone of thousands of small objects would cost more than reading the files. Packs are written into shared
 * memory: 20 MiB that change hands start a full collection in the thread that gets them.
 */
export type ToReader =
  | { readonly type: "job"; readonly tasks: Uint8Array }
  | { readonly type: "answer"; readonly ask: number; readonly isNeeded: Uint8Array }
  | { readonly type: "buffer"; readonly buffer: SharedArrayBuffer }
  | { readonly type: "finish" };

export type FromReader =
  | { readonly type: "ready" }
  | { readonly type: "ask"; readonly ask: number; readonly ids: Uint8Array }
  | { readonly type: "results"; readonly results: Uint8Array; readonly readBytes: number; readonly chunks: number }
  | { readonly type: "pack"; readonly packId: string; readonly bytes: Uint8Array; readonly counts: PackCounts }
  | { readonly type: "want-buffer" }
  | { readonly type: "buffer"; readonly buffer: SharedArrayBuffer }
  | { readonly type: "finished" }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

/** What went into a pack. */
export interface PackCounts {
  readonly chunks: number;
  /** Plain bytes. */
  readonly plainBytes: number;
}

/** What a reader needs to know from the start. */
export interface ReaderSetup {
  readonly chunkIdKey: Uint8Array;
  readonly companyId: string;
  readonly scope: number;
  /** The run's slot as packs hold it, and the key that it seals. */
  readonly slot: Uint8Array;
  readonly dataKey: Uint8Array;
  /** Decompress every frame again and compute its ids anew; otherwise one in 16. */
  readonly isParanoid: boolean;
}

/** One file to be read, or a part of a large one. */
export interface ReadTask {
  readonly taskId: number;
  /** How its source finds it. */
  readonly key: Uint8Array;
  /** As the walk saw it. A whole file that differs is read as it is now; a part then counts as changed. */
  readonly fingerprint: Uint8Array;
  /** Undefined for a whole file. */
  readonly part: readonly Stretch[] | undefined;
}

export type ReadResult = ReadDone | ReadFailed;

export interface ReadDone {
  readonly taskId: number;
  readonly status: "read";
  readonly fingerprint: Uint8Array;
  readonly contentFingerprint: Uint8Array;
  readonly xattrs: readonly Xattr[];
  readonly itemCount: number;
  /** Encoded chunk-list items, one after the other. */
  readonly items: Uint8Array;
}

export interface ReadFailed {
  readonly taskId: number;
  readonly status: "failed";
  readonly reason: GapReason;
  readonly detail: string;
}

const KEY_LIMIT_BYTES = 65_536;
const XATTR_LIMIT_BYTES = 65_536;
const DETAIL_LIMIT_BYTES = 256;
const ITEMS_LIMIT_BYTES = 1024 * 1024 * 1024;

export function encodeTask(writer: ByteWriter, task: ReadTask): void {
  writer
    .varint(task.taskId)
    .bytes(task.key)
    .raw(task.fingerprint)
    .varint(task.part === undefined ? 0 : task.part.length + 1);
  for (const stretch of task.part ?? []) {
    writer
      .u8(stretch.isHole ? 1 : 0)
      .varint(stretch.offset)
      .varint(stretch.sizeBytes);
  }
}

export function decodeTask(reader: ByteReader): ReadTask {
  const taskId = reader.varint();
  const key = reader.bytes(KEY_LIMIT_BYTES);
  const fingerprint = reader.raw(FINGERPRINT_SIZE_BYTES);
  const partSize = reader.varint();
  if (partSize === 0) return { taskId, key, fingerprint, part: undefined };
  const part: Stretch[] = [];
  for (let at = 1; at < partSize; at++) {
    part.push({ isHole: reader.u8() === 1, offset: reader.varint(), sizeBytes: reader.varint() });
  }
  return { taskId, key, fingerprint, part };
}

const READ = 0;
/** Numbers of the reasons between threads, from 1 on. */
const REASONS = [
  "unreadable",
  "changed-while-read",
  "vanished",
  "name-too-long",
  "io-error",
] as const satisfies readonly GapReason[];

export function encodeResult(writer: ByteWriter, result: ReadResult): void {
  writer.varint(result.taskId);
  if (result.status !== "read") {
    const detail = Buffer.from(result.detail).subarray(0, DETAIL_LIMIT_BYTES);
    writer.u8(REASONS.indexOf(result.reason) + 1).bytes(detail);
    return;
  }
  writer.u8(READ).raw(result.fingerprint).raw(result.contentFingerprint).varint(result.xattrs.length);
  for (const xattr of result.xattrs) writer.bytes(xattr.name).bytes(xattr.value);
  writer.varint(result.itemCount).bytes(result.items);
}

export function decodeResult(reader: ByteReader): ReadResult {
  const taskId = reader.varint();
  const status = reader.u8();
  if (status !== READ) {
    const reason = REASONS[status - 1];
    if (reason === undefined) throw new FormatError("bad_result", "a reader answered with an unknown status");
    return { taskId, status: "failed", reason, detail: Buffer.from(reader.bytes(DETAIL_LIMIT_BYTES)).toString() };
  }
  const fingerprint = reader.raw(FINGERPRINT_SIZE_BYTES);
  const contentFingerprint = reader.raw(16);
  const xattrs: Xattr[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    xattrs.push({ name: reader.bytes(XATTR_LIMIT_BYTES), value: reader.bytes(XATTR_LIMIT_BYTES) });
  }
  const itemCount = reader.varint();
  return {
    taskId,
    status: "read",
    fingerprint,
    contentFingerprint,
    xattrs,
    itemCount,
    items: reader.bytes(ITEMS_LIMIT_BYTES),
  };
}
