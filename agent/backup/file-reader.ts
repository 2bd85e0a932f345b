import { type BigIntStats, readSync } from "node:fs";
import type { ContentWriter } from "../../engine/backup/content-writer.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import { encodeItem } from "../../engine/format/chunk-item.ts";
import { contentFingerprint } from "../../engine/ids/chunk-id.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import type { Xattr } from "../../engine/ports/source.ts";
import {
  closeFd,
  type Extent,
  entryType,
  listExtents,
  openForRead,
  readXattrs,
  statFd,
  systemCode,
} from "../platform/posix-read.ts";
import { fingerprintOf, isFingerprintOf } from "../sources/files/fingerprint.ts";
import type { ReadResult, ReadTask } from "./read-messages.ts";

/** A file that changes while it is read is read so often; then it is a gap. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;
const NO_XATTRS: readonly Xattr[] = [];

export interface ReadCounts {
  bytes: number;
  chunks: number;
}

/** Reads files into a ContentWriter, and says of each what was found. */
export class FileReader {
  readonly counts: ReadCounts = { bytes: 0, chunks: 0 };
  readonly #primitives: Primitives;
  readonly #chunkIdKey: Uint8Array;
  readonly #content: ContentWriter;
  readonly #items = new ByteWriter(64 * 1024);

  constructor(primitives: Primitives, chunkIdKey: Uint8Array, content: ContentWriter) {
    this.#primitives = primitives;
    this.#chunkIdKey = chunkIdKey;
    this.#content = content;
  }

  async read(task: ReadTask): Promise<ReadResult> {
    let code = "changed";
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        const result = await this.#readOnce(task);
        if (result !== undefined) return result;
        code = "changed";
      } catch (error) {
        code = systemCode(error);
        if (code === "unknown") throw error;
        // Trying again helps against a hiccup of the storage, not against a missing right or a missing file.
        if (code !== "EIO" && code !== "EAGAIN" && code !== "ESTALE" && code !== "ETXTBSY") break;
      }
      // A part that changed changes the whole file: who planned the parts decides.
      if (task.part !== undefined) break;
      if (attempt < ATTEMPTS) await pause(PAUSE_MS * attempt);
    }
    return { taskId: task.taskId, status: code === "changed" ? "changed" : "failed", code };
  }

  /** Undefined when the file changed meanwhile. @throws the system's error */
  async #readOnce(task: ReadTask): Promise<ReadResult | undefined> {
    const fd = openForRead(task.path instanceof Buffer ? task.path : Buffer.from(task.path));
    try {
      const before = statFd(fd);
      if (entryType(Number(before.mode)) !== "file") return undefined;
      if (task.part !== undefined && !isFingerprintOf(task.fingerprint, before)) return undefined;
      this.#items.reset();
      const itemCount = await this.#readStretches(fd, task.part ?? stretchesOf(fd, before));
      if (itemCount === undefined) return undefined;
      const isFirstPart = task.part === undefined || task.part[0]?.offset === 0;
      const xattrs = isFirstPart ? readXattrs(fd) : NO_XATTRS;
      const fingerprint = fingerprintOf(before);
      if (!isFingerprintOf(fingerprint, statFd(fd))) return undefined;
      const items = this.#items.finish();
      const contentMark = contentFingerprint(this.#primitives, this.#chunkIdKey, items);
      return {
        taskId: task.taskId,
        status: "read",
        fingerprint,
        contentFingerprint: contentMark,
        xattrs,
        itemCount,
        items,
      };
    } finally {
      closeFd(fd);
    }
  }

  async #readStretches(fd: number, stretches: readonly Extent[]): Promise<number | undefined> {
    let count = 0;
    for (const { isHole, offset, sizeBytes } of stretches) {
      if (isHole) {
        encodeItem(this.#items, { kind: "hole", sizeBytes });
        count += 1;
        continue;
      }
      let at = offset;
      const isWhole = await this.#content.write(
        sizeBytes,
        (into) => {
          const readBytes = readSync(fd, into, 0, into.length, at);
          at += readBytes;
          return readBytes;
        },
        (id, chunkBytes) => {
          encodeItem(this.#items, { kind: "content", sizeBytes: chunkBytes, chunkId: id });
          count += 1;
        },
      );
      this.counts.bytes += at - offset;
      if (!isWhole) return undefined;
    }
    this.counts.chunks += count;
    return count;
  }
}

/** Data and holes of a whole file. The system is asked about holes only where fewer blocks are taken than its size needs. */
function stretchesOf(fd: number, stat: BigIntStats): readonly Extent[] {
  const sizeBytes = Number(stat.size);
  if (sizeBytes === 0) return [];
  if (stat.blocks * 512n < stat.size) return listExtents(fd, sizeBytes);
  return [{ isHole: false, offset: 0, sizeBytes }];
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
