import { PassThrough } from "node:stream";
import type { TreeEntry } from "../../engine/format/tree-entry.ts";
import { idKey } from "../../engine/ids/chunk-id.ts";
import type { ContentReader, FetchedChunk } from "../../engine/restore/content-reader.ts";
import { RestoreError } from "../../engine/restore/restore-error.ts";
import type { SnapshotReader } from "../../engine/restore/snapshot-reader.ts";
import type { ZipLoss } from "../../engine/zip/zip-losses.ts";
import { ZipNames, zipLinkTarget } from "../../engine/zip/zip-names.ts";
import { isTimeHeld, type ZipStep, zipSteps } from "../../engine/zip/zip-steps.ts";
import type { FileFailure } from "./write-task.ts";
import type { ZipFile, ZipMeta } from "./zip-archive.ts";

export interface WriteZipOptions {
  readonly reader: SnapshotReader;
  readonly content: ContentReader;
  readonly paths: readonly string[];
  readonly zip: ZipFile;
  /** A document of which no good copy exists. */
  readonly onFailure: (failure: FileFailure) => void;
  readonly onLoss: (loss: ZipLoss) => void;
  readonly onProgress: (progress: { files: number; bytes: number }) => void;
}

/** Content that is read at once and then written in order; two of these are in memory. */
const WINDOW_BYTES = 24 * 1024 * 1024;
const WINDOW_STEPS = 4_096;

export interface ZipCounts {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
  readonly failures: number;
}

interface Window {
  readonly steps: readonly ZipStep[];
  readonly chunks: Promise<Map<string, FetchedChunk>>;
}

/**
 * Writes what the paths select into a ZIP, in the order of the tree. With the first document of which no good copy exists the archive is
 * given up, because it would look complete without it; what comes after is read and verified all the same, so that every such document
 * is named.
 *
 * @throws what SnapshotReader throws
 */
export async function writeZip(options: WriteZipOptions): Promise<ZipCounts> {
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
  readonly meta: ZipMeta;
  readonly sizeBytes: number;
  readonly parts: Buffer[];
  readonly stream: PassThrough | null;
  readonly added: Promise<void> | null;
}

class ZipWriter {
  readonly counts = { files: 0, folders: 0, bytes: 0, failures: 0 };
  readonly #options: WriteZipOptions;
  readonly #names: ZipNames;
  /** Only while an archive is written. */
  #file: OpenFile | null = null;
  /** Of the document whose pieces come now, whether there is an archive or not. */
  #path = "";
  #hasFailed = false;

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
    if (step.kind === "begin") {
      this.#path = step.path;
      this.#hasFailed = false;
    }
    if (step.kind === "lost") return this.#fail(step.reason);
    const bytes = step.kind === "chunk" ? chunkOf(step, chunks) : null;
    if (bytes instanceof RestoreError) return this.#fail(bytes);
    // Nothing is written any more.
    if (this.counts.failures > 0) return;
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
        return bytes === null ? undefined : this.#bytes(bytes);
      case "end":
        return this.#end();
    }
  }

  /** Names the document once, and gives the archive up with the first. */
  async #fail({ code, message }: RestoreError): Promise<void> {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    if (this.counts.failures++ === 0) {
      this.#file?.stream?.destroy();
      this.#file = null;
      await this.#options.zip.abort();
    }
    this.#options.onFailure({ path: this.#path, code, message });
  }

  async #begin({ path, entry }: { path: string; entry: TreeEntry }): Promise<OpenFile> {
    const sizeBytes = entry.type === "file" ? entry.sizeBytes : 0;
    const meta = await this.#metaOf({ path, entry });
    if (sizeBytes <= WHOLE_BYTES) return { meta, sizeBytes, parts: [], stream: null, added: null };
    const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
    const added = this.#options.zip.addFile(meta, stream);
    added.catch(() => stream.destroy());
    return { meta, sizeBytes, parts: [], stream, added };
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

function chunkOf(step: ZipStep & { kind: "chunk" }, chunks: Map<string, FetchedChunk>): Buffer | RestoreError {
  const chunk = chunks.get(idKey(step.id));
  if (chunk instanceof RestoreError) return chunk;
  if (chunk?.length === step.sizeBytes) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  return new RestoreError("no_good_copy", "a chunk is longer or shorter than its document says");
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
