import type { ContentWriter } from "../../engine/backup/content-writer.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { compareBytes } from "../../engine/codec/hex.ts";
import { encodeItem } from "../../engine/format/chunk-item.ts";
import { contentFingerprint } from "../../engine/ids/chunk-id.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import type { SourceContent, SourceReader, Stretch, Xattr } from "../../engine/ports/source.ts";
import { SourceError } from "../../engine/ports/source-error.ts";
import type { ReadResult, ReadTask } from "./read-messages.ts";

/** What changes while it is read is read so often; then it is a gap. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;
const NO_XATTRS: readonly Xattr[] = [];

export interface ReadCounts {
  bytes: number;
  chunks: number;
}

export interface ObjectReaderOptions {
  readonly primitives: Primitives;
  readonly chunkIdKey: Uint8Array;
  readonly source: SourceReader;
  readonly content: Pick<ContentWriter, "write">;
}

/** Reads contents of a source into a ContentWriter, and says of each what was found. */
export class ObjectReader {
  readonly counts: ReadCounts = { bytes: 0, chunks: 0 };
  readonly #options: ObjectReaderOptions;
  readonly #items = new ByteWriter(64 * 1024);

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
  }

  /** @throws what is no SourceError: a fault of the program */
  async read(task: ReadTask): Promise<ReadResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#readOnce(task);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        // A part that changed changes the whole file: who planned the parts decides.
        const isLast = attempt === ATTEMPTS || task.part !== undefined || !error.retryable;
        if (isLast) return { taskId: task.taskId, status: "failed", reason: error.code, detail: error.detail };
      }
      await pause(PAUSE_MS * attempt);
    }
  }

  /** @throws SourceError */
  async #readOnce({ taskId, key, fingerprint: planned, part }: ReadTask): Promise<ReadResult> {
    const { source, primitives, chunkIdKey } = this.#options;
    const opened = source.open(key);
    try {
      const { fingerprint } = opened;
      if (part !== undefined && compareBytes(planned, fingerprint) !== 0) throw changed();
      this.#items.reset();
      const itemCount = await this.#readStretches(opened, part ?? opened.stretches());
      const isFirstPart = part === undefined || part[0]?.offset === 0;
      const xattrs = isFirstPart ? opened.xattrs() : NO_XATTRS;
      if (!opened.isUnchanged()) throw changed();
      const items = this.#items.finish();
      const contentMark = contentFingerprint(primitives, chunkIdKey, items);
      return { taskId, status: "read", fingerprint, contentFingerprint: contentMark, xattrs, itemCount, items };
    } finally {
      opened.close();
    }
  }

  async #readStretches(opened: SourceContent, stretches: readonly Stretch[]): Promise<number> {
    let count = 0;
    for (const { isHole, offset, sizeBytes } of stretches) {
      if (isHole) {
        encodeItem(this.#items, { kind: "hole", sizeBytes });
        count += 1;
        continue;
      }
      let at = offset;
      const isWhole = await this.#options.content.write(
        sizeBytes,
        (into) => {
          const readBytes = opened.readInto(into, at);
          at += readBytes;
          return readBytes;
        },
        (id, chunkBytes) => {
          encodeItem(this.#items, { kind: "content", sizeBytes: chunkBytes, chunkId: id });
          count += 1;
        },
      );
      this.counts.bytes += at - offset;
      if (!isWhole) throw changed();
    }
    this.counts.chunks += count;
    return count;
  }
}

function changed(): SourceError {
  return new SourceError("changed-while-read", `it changed each of ${ATTEMPTS} times that it was read`);
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
