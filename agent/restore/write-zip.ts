import { PassThrough } from "node:stream";
import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { idKey } from "../../engine/ids/chunk-id.ts";
import { toReadableText } from "../../engine/restore/binary-text.ts";
import type { ContentReader, FetchedChunk } from "../../engine/restore/content-reader.ts";
import { RestoreError } from "../../engine/restore/restore-error.ts";
import type { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import type { ZipLoss } from "../../engine/zip/zip-losses.ts";
import { ZipNames, zipLinkTarget } from "../../engine/zip/zip-names.ts";
import { isTimeHeld, type ZipStep, zipSteps } from "../../engine/zip/zip-steps.ts";
import { RestoreFailedError } from "./writer-pool.ts";
import type { ZipFile, ZipMeta } from "./zip-archive.ts";

export interface WriteZipOptions {
  readonly reader: SnapshotReader;
  readonly content: ContentReader;
  readonly paths: readonly string[];
  readonly zip: ZipFile;
  readonly onLoss: (loss: ZipLoss) => void;
  readonly onProgress: (progress: { files: number; bytes: number }) => void;
}

/** Content that is read at once and then written in order; two of these are in memory. */
const WINDOW_BYTES = 24 * 1024 * 1024;
const WINDOW_STEPS = 4_096;

interface Window {
  readonly steps: readonly ZipStep[];
  readonly chunks: Promise<Map<string, FetchedChunk>>;
}

/**
 * Writes what the paths select into a ZIP, in the order of the tree. A document of which no good copy exists ends it: a ZIP
 * without it would look complete.
 *
 * @throws RestoreFailedError that names the document; what SnapshotReader throws
 */
export async function writeZip(options: WriteZipOptions): Promise<{ files: number; folders: number; bytes: number }> {
  const writer = new ZipWriter(options);
  let waiting: Window | null = null;
  for await (const steps of windowsOf(options)) {
    const ids = steps.flatMap((step) => (step.kind === "chunk" ? [step.id] : []));
    const next: Window = { steps, chunks: options.content.fetch(ids) };
    next.chunks.catch(() => {});
    if (waiting) await writer.write(waiting);
    waiting = next;
  }
  if (waiting) await writer.write(waiting);
  return writer.counts;
}

async function* windowsOf(options: WriteZipOptions): AsyncGenerator<ZipStep[]> {
  let steps: ZipStep[] = [];
  let sizeBytes = 0;
  for await (const step of zipSteps(options)) {
    steps.push(step);
    if (step.kind === "chunk") sizeBytes += step.sizeBytes;
    if (sizeBytes < WINDOW_BYTES && steps.length < WINDOW_STEPS) continue;
    yield steps;
    steps = [];
    sizeBytes = 0;
  }
  yield steps;
}

const ZEROS = Buffer.alloc(256 * 1024);
/** Files up to this size are handed over in one piece. */
const WHOLE_BYTES = 4 * 1024 * 1024;

/** One file on its way into the archive. */
interface OpenFile {
  readonly path: string;
  readonly meta: ZipMeta;
  readonly sizeBytes: number;
  readonly parts: Buffer[];
  readonly stream: PassThrough | null;
  readonly added: Promise<void> | null;
}

class ZipWriter {
  readonly counts = { files: 0, folders: 0, bytes: 0 };
  readonly #options: WriteZipOptions;
  readonly #names: ZipNames;
  #file: OpenFile | null = null;

  constructor(options: WriteZipOptions) {
    this.#options = options;
    this.#names = new ZipNames((path) => hasPath(options.reader, path));
  }

  async write({ steps, chunks }: Window): Promise<void> {
    const found = await chunks;
    for (const step of steps) await this.#do(step, found);
    this.#options.onProgress(this.counts);
  }

  async #do(step: ZipStep, chunks: Map<string, FetchedChunk>): Promise<void> {
    switch (step.kind) {
      case "folder":
        this.counts.folders++;
        return this.#options.zip.addFolder(await this.#metaOf(step));
      case "symlink":
        if (step.entry.type !== "symlink") return;
        return this.#options.zip.addSymlink(await this.#metaOf(step), zipLinkTarget(step.entry.target) ?? "");
      case "begin":
        this.#file = await this.#begin(step);
        return;
      case "hole":
        return this.#zeros(step.sizeBytes);
      case "chunk":
        return this.#bytes(this.#chunkOf(step, chunks));
      case "end":
        return this.#end();
    }
  }

  #chunkOf(step: ZipStep & { kind: "chunk" }, chunks: Map<string, FetchedChunk>): Buffer {
    const chunk = chunks.get(idKey(step.id));
    if (chunk instanceof Uint8Array && chunk.length === step.sizeBytes)
      return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const path = toReadableText(`/${this.#file?.path ?? ""}`);
    const reason = chunk instanceof Error ? chunk.message : "a chunk is longer or shorter than its document says";
    throw new RestoreFailedError(
      "document_missing",
      `${path}: ${reason}; no archive was written. Restore with --to to get everything else`,
    );
  }

  async #begin({ path, entry }: { path: string; entry: TreeEntry }): Promise<OpenFile> {
    const sizeBytes = entry.type === "file" ? entry.sizeBytes : 0;
    const meta = await this.#metaOf({ path, entry });
    if (sizeBytes <= WHOLE_BYTES) return { path, meta, sizeBytes, parts: [], stream: null, added: null };
    const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
    const added = this.#options.zip.addFile(meta, stream);
    added.catch(() => stream.destroy());
    return { path, meta, sizeBytes, parts: [], stream, added };
  }

  async #zeros(sizeBytes: number): Promise<void> {
    for (let left = sizeBytes; left > 0; left -= ZEROS.length) {
      await this.#bytes(left >= ZEROS.length ? ZEROS : ZEROS.subarray(0, left));
    }
  }

  async #bytes(bytes: Buffer): Promise<void> {
    if (!this.#file) return;
    const { stream, parts, added } = this.#file;
    this.counts.bytes += bytes.length;
    if (!stream) {
      parts.push(bytes);
      return;
    }
    if (stream.write(bytes)) return;
    await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), added]);
  }

  async #end(): Promise<void> {
    if (!this.#file) return;
    const { meta, stream, parts, added } = this.#file;
    this.#file = null;
    stream?.end();
    await (added ?? this.#options.zip.addFile(meta, Buffer.concat(parts)));
    this.counts.files++;
  }

  async #metaOf({ path, entry }: { path: string; entry: TreeEntry }): Promise<ZipMeta> {
    const { mode, mtimeSeconds: seconds } = entry;
    if (!isTimeHeld(seconds)) this.#options.onLoss({ kind: "time-out-of-range", path });
    const { name, isChanged } = await this.#names.nameOf(path, entry.type === "folder");
    if (isChanged) this.#options.onLoss({ kind: "renamed", path, writtenAs: name });
    return { name, mode, seconds };
  }
}

async function hasPath(reader: SnapshotReader, path: string): Promise<boolean> {
  try {
    await reader.find(path);
    return true;
  } catch (error) {
    if (error instanceof RestoreError && error.code === "path_not_found") return false;
    throw error;
  }
}
