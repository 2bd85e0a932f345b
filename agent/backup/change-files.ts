import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RowSpill } from "../../engine/backup/change-collector.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { type ChangeRow, decodeChangeRow, encodeChangeRow } from "../../engine/format/change-list.ts";

/** Rows of a change list that do not fit into memory, in files of the cache that last as long as the run. */
export class SpillFiles implements RowSpill {
  readonly #folder: string;
  #hasFolder = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  append(bucket: number, bytes: Uint8Array): void {
    if (!this.#hasFolder) {
      this.remove();
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#hasFolder = true;
    }
    const fd = openSync(join(this.#folder, String(bucket)), "a", 0o600);
    writeSync(fd, bytes);
    closeSync(fd);
  }

  read(bucket: number): Uint8Array {
    try {
      return readFileSync(join(this.#folder, String(bucket)));
    } catch {
      return new Uint8Array(0);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Once the changes since the last full list take more than this, a new baseline is cheaper. */
export const CHANGES_LIMIT_BYTES = 64 * 1024 * 1024;

/** The rows of all deltas since the last baseline or merged list; undefined when they are not there any more. */
export function readChanges(path: string, sizeBytes: number): ChangeRow[] | undefined {
  if (sizeBytes === 0) return [];
  try {
    const bytes = readFileSync(path).subarray(0, sizeBytes);
    if (bytes.length < sizeBytes) return undefined;
    const reader = new ByteReader(bytes);
    const rows: ChangeRow[] = [];
    while (reader.remaining > 0) rows.push(decodeChangeRow(reader));
    return rows;
  } catch {
    return undefined;
  }
}

/** True when the file holds at least the bytes that the cache counts on. */
export function hasChanges(path: string, sizeBytes: number): boolean {
  return sizeBytes === 0 || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= sizeBytes;
}

/** Collects this run's rows and appends them behind those of the deltas before it, once it is committed. */
export class ChangesAppender {
  readonly #rows = new ByteWriter(4096);
  #isTooMuch = false;

  add(row: ChangeRow): void {
    if (this.#isTooMuch) return;
    encodeChangeRow(this.#rows, row);
    this.#isTooMuch = this.#rows.position > CHANGES_LIMIT_BYTES;
  }

  /** Returns the size of the file now; CHANGES_LIMIT_BYTES or more asks for a baseline next time. */
  commit(path: string, behindBytes: number): number {
    if (this.#isTooMuch) return CHANGES_LIMIT_BYTES;
    const rows = this.#rows.view();
    if (rows.length === 0 && behindBytes > 0) return behindBytes;
    const fd = openSync(path, behindBytes === 0 ? "w" : "r+", 0o600);
    try {
      if (behindBytes > 0) ftruncateSync(fd, behindBytes);
      writeSync(fd, rows, 0, rows.length, behindBytes);
    } finally {
      closeSync(fd);
    }
    return behindBytes + rows.length;
  }
}
