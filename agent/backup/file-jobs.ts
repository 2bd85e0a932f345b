import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import type { SourceObject, SourceReader, Stretch } from "../../engine/ports/source.ts";
import { SourceError } from "../../engine/ports/source-error.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import { type LargeDone, LargeFile } from "./large-file.ts";
import { planParts } from "./plan-parts.ts";
import { decodeResult, encodeTask, type ReadDone, type ReadFailed, type ReadResult } from "./read-messages.ts";

/** A file whose content is being read; the result comes later. */
export interface FileRead {
  readonly key: Uint8Array;
  /** The object has other names, which will want this result as well. */
  readonly isShared: boolean;
  result: ReadDone | LargeDone | ReadFailed | undefined;
}

export interface FileJobsOptions {
  readonly chunkIdKey: Uint8Array;
  readonly source: SourceReader;
  /** Takes the chunk lists of large files. */
  readonly tree: TreeBuilder;
  readonly submit: (tasks: Uint8Array) => void;
  readonly wake: () => void;
}

/** Files up to this size are read by one thread, together with others; larger ones in parts by all threads. */
const PART_BYTES = 64 * 1024 * 1024;
/** One job: about a window full, so that results come steadily. */
const JOB_BYTES = 8 * 1024 * 1024;
const JOB_FILES = 128;
const ATTEMPTS = 3;
const PAUSE_MS = 200;
/** Objects with several names whose content is remembered until all names were met; a bound on memory. */
const LINKS_REMEMBERED = 65_536;

interface Parts {
  readonly file: FileRead;
  readonly attempt: number;
  readonly whole: LargeFile;
}

/** Plans which thread reads what, and puts the parts of large files together again. */
export class FileJobs {
  readonly #options: FileJobsOptions;
  readonly #whole = new Map<number, FileRead>();
  readonly #parts = new Map<number, { readonly parts: Parts; readonly at: number }>();
  readonly #links = new Map<string, FileRead>();
  readonly #job = new ByteWriter(64 * 1024);
  #jobBytes = 0;
  #jobFiles = 0;
  #nextTaskId = 1;

  constructor(options: FileJobsOptions) {
    this.#options = options;
  }

  /** Begins to read a file. Further names of one object share the first one's read, as long as it does not change. */
  read(object: SourceObject): FileRead {
    const { key, sizeBytes } = object;
    const fingerprint = object.fingerprint();
    const link = object.hasOtherNames ? Buffer.from(fingerprint).toString("latin1") : undefined;
    const known = link === undefined ? undefined : this.#links.get(link);
    if (known !== undefined) return known;
    const file: FileRead = { key, isShared: link !== undefined, result: undefined };
    if (link !== undefined) this.#remember(link, file);
    if (sizeBytes > PART_BYTES) this.#readParts(file, 1);
    else this.#add(file, fingerprint, sizeBytes);
    return file;
  }

  /** Hands out what has been collected, although the job could be larger. */
  flush(): void {
    if (this.#jobFiles === 0) return;
    const tasks = this.#job.finish();
    this.#job.reset();
    this.#jobBytes = 0;
    this.#jobFiles = 0;
    this.#options.submit(tasks);
  }

  takeResults(results: Uint8Array): void {
    const reader = new ByteReader(results);
    while (reader.remaining > 0) {
      const result = decodeResult(reader);
      const whole = this.#whole.get(result.taskId);
      if (whole !== undefined) whole.result = whole.isShared ? ownCopy(result) : result;
      else this.#takePart(result);
      this.#whole.delete(result.taskId);
    }
  }

  #add(file: FileRead, fingerprint: Uint8Array, sizeBytes: number): void {
    const taskId = this.#nextTaskId++;
    this.#whole.set(taskId, file);
    encodeTask(this.#job, { taskId, key: file.key, fingerprint, part: undefined });
    this.#jobBytes += sizeBytes;
    this.#jobFiles += 1;
    if (this.#jobBytes >= JOB_BYTES || this.#jobFiles >= JOB_FILES) this.flush();
  }

  #readParts(file: FileRead, attempt: number): void {
    try {
      const { fingerprint, stretches } = this.#look(file.key);
      const plan = planParts(stretches, PART_BYTES);
      if (plan.length > 0) {
        this.#submitParts(file, attempt, fingerprint, plan);
      } else {
        // It lost all of its content since it was found.
        this.#add(file, fingerprint, 0);
        this.flush();
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      file.result = { taskId: 0, status: "failed", reason: error.code, detail: error.detail };
      this.#options.wake();
    }
  }

  /** @throws SourceError */
  #look(key: Uint8Array): { readonly fingerprint: Uint8Array; readonly stretches: readonly Stretch[] } {
    const content = this.#options.source.open(key);
    try {
      return { fingerprint: content.fingerprint, stretches: content.stretches() };
    } finally {
      content.close();
    }
  }

  #submitParts(file: FileRead, attempt: number, fingerprint: Uint8Array, plan: readonly (readonly Stretch[])[]): void {
    this.flush();
    const { tree, chunkIdKey } = this.#options;
    const parts: Parts = { file, attempt, whole: new LargeFile(tree, chunkIdKey, plan.length) };
    for (const [at, part] of plan.entries()) {
      const taskId = this.#nextTaskId++;
      this.#parts.set(taskId, { parts, at });
      const writer = new ByteWriter(1024);
      encodeTask(writer, { taskId, key: file.key, fingerprint, part });
      this.#options.submit(writer.finish());
    }
  }

  #takePart(result: ReadResult): void {
    const found = this.#parts.get(result.taskId);
    if (found === undefined) return;
    this.#parts.delete(result.taskId);
    if (found.parts.whole.take(found.at, result)) this.#joinParts(found.parts);
  }

  #joinParts({ file, attempt, whole }: Parts): void {
    const result = whole.finish();
    const hasChanged = result.status === "failed" && result.reason === "changed-while-read";
    if (hasChanged && attempt < ATTEMPTS) {
      setTimeout(() => this.#readParts(file, attempt + 1), PAUSE_MS * attempt);
      return;
    }
    file.result = result;
  }

  #remember(key: string, file: FileRead): void {
    this.#links.set(key, file);
    if (this.#links.size <= LINKS_REMEMBERED) return;
    const [oldest] = this.#links.keys();
    if (oldest !== undefined) this.#links.delete(oldest);
  }
}

/** Results are views into the bytes of a whole job; what is kept for long must not keep all of that. */
function ownCopy(result: ReadResult): ReadResult {
  if (result.status !== "read") return result;
  const xattrs = result.xattrs.map(({ name, value }) => ({ name: name.slice(), value: value.slice() }));
  return { ...result, xattrs, fingerprint: result.fingerprint.slice(), items: result.items.slice() };
}
