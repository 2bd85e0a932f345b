import { ByteReader } from "../../engine/codec/byte-reader.ts";
import { ByteWriter } from "../../engine/codec/byte-writer.ts";
import type { TreeBuilder } from "../../engine/tree/tree-builder.ts";
import {
  closeFd,
  type Extent,
  listExtents,
  openForRead,
  type SystemPath,
  statPath,
  systemCode,
} from "../platform/posix-read.ts";
import { fingerprintOf } from "../sources/files/fingerprint.ts";
import type { LeafFound } from "../sources/files/walk-events.ts";
import { type LargeDone, LargeFile } from "./large-file.ts";
import { planParts } from "./plan-parts.ts";
import { decodeResult, encodeTask, type ReadDone, type ReadFailed, type ReadResult } from "./read-messages.ts";

/** A file whose content is being read; the result comes later. */
export interface FileRead {
  readonly path: SystemPath;
  /** The inode has other names, which will want this result as well. */
  readonly isShared: boolean;
  result: ReadDone | LargeDone | ReadFailed | undefined;
}

export interface FileJobsOptions {
  readonly chunkIdKey: Uint8Array;
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
/** Inodes with several names whose content is remembered until all names were met; a bound on memory. */
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

  /** Begins to read a file. Further names of one inode share the first one's read. */
  read({ path, stat }: LeafFound): FileRead {
    const fingerprint = fingerprintOf(stat);
    // All of the fingerprint: device and inode alone may name another file by now (a removed inode's number is given again).
    const key = stat.nlink > 1n ? Buffer.from(fingerprint).toString("latin1") : undefined;
    const known = key === undefined ? undefined : this.#links.get(key);
    if (known !== undefined) return known;
    const file: FileRead = { path, isShared: key !== undefined, result: undefined };
    if (key !== undefined) this.#remember(key, file);
    if (Number(stat.size) > PART_BYTES) this.#readParts(file, 1);
    else this.#add(file, fingerprint, Number(stat.size));
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
    encodeTask(this.#job, { taskId, path: file.path, fingerprint, part: undefined });
    this.#jobBytes += sizeBytes;
    this.#jobFiles += 1;
    if (this.#jobBytes >= JOB_BYTES || this.#jobFiles >= JOB_FILES) this.flush();
  }

  #readParts(file: FileRead, attempt: number): void {
    try {
      const stat = statPath(file.path);
      const sizeBytes = Number(stat.size);
      const isSparse = stat.blocks * 512n < stat.size;
      const extents = isSparse ? sparseExtents(file.path, sizeBytes) : [{ isHole: false, offset: 0, sizeBytes }];
      this.#submitParts(file, attempt, fingerprintOf(stat), planParts(extents, PART_BYTES));
    } catch (error) {
      file.result = { taskId: 0, status: "failed", code: systemCode(error) };
      this.#options.wake();
    }
  }

  #submitParts(file: FileRead, attempt: number, fingerprint: Uint8Array, plan: readonly (readonly Extent[])[]): void {
    this.flush();
    const { tree, chunkIdKey } = this.#options;
    const parts: Parts = { file, attempt, whole: new LargeFile(tree, chunkIdKey, plan.length) };
    for (const [at, part] of plan.entries()) {
      const taskId = this.#nextTaskId++;
      this.#parts.set(taskId, { parts, at });
      const writer = new ByteWriter(1024);
      encodeTask(writer, { taskId, path: file.path, fingerprint, part });
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
    if (result.status === "changed" && attempt < ATTEMPTS) {
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

function sparseExtents(path: SystemPath, sizeBytes: number): Extent[] {
  const fd = openForRead(path);
  try {
    return listExtents(fd, sizeBytes);
  } finally {
    closeFd(fd);
  }
}

/** Results are views into the bytes of a whole job; what is kept for long must not keep all of that. */
function ownCopy(result: ReadResult): ReadResult {
  if (result.status !== "read") return result;
  const xattrs = result.xattrs.map(({ name, value }) => ({ name: name.slice(), value: value.slice() }));
  return { ...result, xattrs, fingerprint: result.fingerprint.slice(), items: result.items.slice() };
}
