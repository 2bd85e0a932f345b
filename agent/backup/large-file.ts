import { RunningFingerprint } from "../../engine/backup/running-fingerprint.ts";
import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { decodeItem } from "../../engine/format/chunk-item.ts";
import type { FileContent } from "../../engine/format/tree-entry.ts";
import type { Xattr } from "../../engine/ports/source.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import type { ChunkListBuilder, TreeBuilder } from "../../engine/tree/tree-builder.ts";
import type { ReadDone, ReadFailed, ReadResult } from "./read-messages.ts";

/** A file whose chunk list was written while it was read. */
export interface LargeDone {
  readonly status: "read";
  readonly fingerprint: Uint8Array;
  readonly contentFingerprint: Uint8Array;
  readonly xattrs: readonly Xattr[];
  readonly sizeBytes: number;
  readonly content: FileContent;
}

/**
 * Puts a large file together from parts that end in any order. Its chunk list goes into pages as soon as the parts
 * before are there, so that memory does not grow with the file.
 */
export class LargeFile {
  readonly #list: ChunkListBuilder;
  readonly #fingerprint: RunningFingerprint;
  readonly #waiting = new Map<number, ReadDone>();
  #first: Pick<ReadDone, "fingerprint" | "xattrs"> | undefined;
  #failed: ReadFailed | undefined;
  #next = 0;
  #left: number;

  constructor(tree: TreeBuilder, chunkIdKey: Uint8Array, partCount: number) {
    this.#list = tree.chunkList();
    this.#fingerprint = new RunningFingerprint(nodePrimitives, chunkIdKey);
    this.#left = partCount;
  }

  /** Takes the result of one part; true when it was the last one. */
  take(at: number, result: ReadResult): boolean {
    this.#left -= 1;
    if (result.status !== "read") this.#failed ??= result;
    else this.#waiting.set(at, result);
    for (let part = this.#waiting.get(this.#next); part !== undefined; part = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      this.#add(part);
    }
    return this.#left === 0;
  }

  /** Once all parts are there. */
  finish(): LargeDone | ReadFailed {
    if (this.#failed !== undefined) return this.#failed;
    if (this.#first === undefined) return { taskId: 0, status: "failed", reason: "io-error", detail: "EIO" };
    const { fingerprint, xattrs } = this.#first;
    const sizeBytes = this.#list.sizeBytes;
    const contentFingerprint = this.#fingerprint.finish();
    return { status: "read", fingerprint, xattrs, sizeBytes, contentFingerprint, content: this.#list.finish() };
  }

  #add(part: ReadDone): void {
    this.#first ??= {
      fingerprint: part.fingerprint.slice(),
      xattrs: part.xattrs.map(({ name, value }) => ({ name: name.slice(), value: value.slice() })),
    };
    this.#fingerprint.add(part.items);
    // A copy, because the list keeps views of ids, and those would keep the whole answer of a reader.
    const reader = new ByteReader(part.items.slice());
    for (let left = part.itemCount; left > 0; left--) this.#list.add(decodeItem(reader));
  }
}
