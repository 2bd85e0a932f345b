import { IntegrityError, isBadBytes } from "../../engine/codec/format-error.ts";
import { compareBytes } from "../../engine/codec/hex.ts";
import { OpenScratch } from "../../engine/format/frame.ts";
import { type PackIndex, parsePackIndex } from "../../engine/format/pack-index.ts";
import type { PackSource } from "../../engine/ports/pack-source.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import { getFrame, type OpenedMember, openMembers } from "../../engine/restore/frame-opener.ts";
import { type ReadMembers, readGoodMembers } from "../../engine/restore/good-copy.ts";
import { PackSourceError } from "../../engine/restore/pack-source-error.ts";
import { joinPath } from "../../engine/restore/paths.ts";
import type { DocumentSink, Piece } from "./document-writer.ts";
import {
  NUMBERS_PER_PIECE,
  piecesOf,
  type TaskFile,
  type TaskFrame,
  type TaskRead,
  type UnreadFrame,
  type WriteTask,
} from "./write-task.ts";

export interface TaskRunnerOptions {
  readonly source: PackSource;
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly sink: DocumentSink;
  readonly onProgress: (progress: { bytes: number; storedBytes: number }) => void;
}

/** A whole pack as they are built: 16 MiB, and what stands over. */
const USUAL_BUFFER_BYTES = 18 * 1024 * 1024;

/** Bytes of a request that are on their way, or why they do not come. */
type Fetched =
  | { readonly bytes: Uint8Array; readonly zoneId: string; readonly buffer: Uint8Array }
  | { readonly error: PackSourceError };

interface FrameToOpen {
  readonly read: TaskRead;
  readonly index: PackIndex;
  readonly frame: TaskFrame;
  readonly fetched: Fetched | null;
}

/**
 * Does tasks one after the other: fetch, decrypt, expand, verify, write. The bytes of the next one come while this one is
 * written; between two frames the sockets get their turn.
 */
export class TaskRunner {
  /** What could not be read; whoever reads it may set it back. */
  readonly unread: UnreadFrame[] = [];
  readonly #options: TaskRunnerOptions;
  readonly #fetches = new Map<number, Promise<Fetched>>();
  readonly #freeBuffers: Uint8Array[] = [];
  readonly #scratch = new OpenScratch();

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /** Begins to fetch what a task needs. */
  prefetch(task: WriteTask): void {
    if (task.read && !this.#fetches.has(task.taskId)) this.#fetches.set(task.taskId, this.#fetch(task.read));
  }

  /** Failures of single documents go to the sink. @throws PackSourceError when nothing can be read any more */
  async run(task: WriteTask): Promise<void> {
    const { sink } = this.#options;
    for (const file of task.files) {
      if (file.pieceCount === 0) sink.writeWhole(file, folderOf(task, file), []);
    }
    if (task.read) await this.#runReads(task, task.read);
    sink.closeParts();
  }

  async #runReads(task: WriteTask, read: TaskRead): Promise<void> {
    this.prefetch(task);
    const index = parsePackIndex(read.indexBytes);
    const fetched = await this.#fetches.get(task.taskId);
    this.#fetches.delete(task.taskId);
    if (!fetched) throw new RangeError("a task was run twice");
    if ("error" in fetched && isHopeless(fetched.error)) throw fetched.error;
    for (const frame of read.frames) {
      await this.#runFrame(task, { read, index, frame, fetched });
      await nextTurn();
    }
    if ("bytes" in fetched) this.#freeBuffers.push(fetched.buffer);
  }

  async #fetch(read: TaskRead): Promise<Fetched> {
    const into = this.#takeBuffer(read.sizeBytes);
    try {
      const { bytes, zoneId } = await this.#options.source.range(read.packId, read, { into });
      return { bytes, zoneId, buffer: into };
    } catch (error) {
      this.#freeBuffers.push(into);
      if (error instanceof PackSourceError) return { error };
      throw error;
    }
  }

  /** Fresh memory of this size costs a page fault for every 4 KiB, about as much as decrypting it. */
  #takeBuffer(sizeBytes: number): Uint8Array {
    const free = this.#freeBuffers.pop();
    return free && free.length >= sizeBytes ? free : new Uint8Array(Math.max(sizeBytes, USUAL_BUFFER_BYTES));
  }

  /** Expanded content goes at once: left to the collector, it doubles the memory of a restore. */
  #release(members: readonly OpenedMember[]): void {
    const bodies = new Set(members.map(({ bytes }) => bytes.buffer));
    if (members.some(({ bytes }) => this.#scratch.holds(bytes))) return;
    for (const body of bodies) {
      // Small ones may be cut from a pool that other buffers share.
      if (body instanceof ArrayBuffer && body.byteLength > Buffer.poolSize) body.transfer(0);
    }
  }

  async #runFrame(
    task: WriteTask,
    { read, index, frame, fetched }: { read: TaskRead; index: PackIndex; frame: TaskFrame; fetched: Fetched },
  ): Promise<void> {
    let members: readonly OpenedMember[];
    let storedBytes: number;
    try {
      storedBytes = getFrame(index, frame.frame).storedSizeBytes;
      const opened = await this.#openByAnyIndex({ read, index, frame, fetched });
      if (opened.problem) this.#noteUnread(frame, opened.members, opened.problem);
      members = opened.members;
    } catch (error) {
      if (!isBadBytes(error) && !(error instanceof PackSourceError)) throw error;
      if (error instanceof PackSourceError && isHopeless(error)) throw error;
      this.#noteUnread(frame, [], error);
      return;
    }
    const bytes = this.#deliver(task, frame, members);
    this.#release(members);
    this.#options.onProgress({ bytes, storedBytes });
  }

  /** When no copy of a frame is good, it may be the directory that is not: then another zone's is tried. */
  async #openByAnyIndex(what: FrameToOpen): Promise<ReadMembers> {
    const first = await this.#open(what);
    const other = first.problem && (await this.#findOtherIndex(what.read));
    if (!other) return first;
    // What was fetched lies where the first directory said; the other one may say otherwise.
    const second = await this.#open({ ...what, index: other, fetched: null });
    return second.members.length > first.members.length ? second : first;
  }

  async #findOtherIndex({ packId, indexBytes, indexZoneId }: TaskRead): Promise<PackIndex | null> {
    try {
      const other = await this.#options.source.packIndex(packId, { excludeZones: [indexZoneId] });
      return compareBytes(other.bytes, indexBytes) === 0 ? null : parsePackIndex(other.bytes);
    } catch (error) {
      if (isBadBytes(error) || (error instanceof PackSourceError && !isHopeless(error))) return null;
      throw error;
    }
  }

  /** From what was fetched, else from another copy. */
  async #open({ read, index, frame, fetched }: FrameToOpen): Promise<ReadMembers> {
    const { source, primitives, companyId } = this.#options;
    const entry = getFrame(index, frame.frame);
    const dataKey = read.dataKeys.get(entry.slot);
    if (!dataKey) throw new IntegrityError("bad_slot", "no data key opens this frame");
    const used = usedMembers(frame);
    const tools = { primitives, companyId, chunkIdKey: read.chunkIdKey, scratch: this.#scratch };
    const open = (stored: Uint8Array) => openMembers(tools, { index, frame: entry, dataKey }, { stored, used });
    const range = { offset: entry.offset, sizeBytes: entry.storedSizeBytes };
    let first = fetched !== null && "bytes" in fetched ? fetched : null;
    return readGoodMembers(source, {
      packId: read.packId,
      frame: frame.frame,
      read: async (options) => {
        if (!first) return source.range(read.packId, range, options);
        const start = entry.offset - read.offset;
        const copy = { bytes: first.bytes.subarray(start, start + range.sizeBytes), zoneId: first.zoneId };
        first = null;
        return copy;
      },
      open,
    });
  }

  /** @returns bytes of content that were handed on */
  #deliver(task: WriteTask, frame: TaskFrame, members: readonly OpenedMember[]): number {
    const byNumber = new Map(members.map(({ member, bytes }) => [member, bytes]));
    const whole = new Map<TaskFile, Piece[]>();
    let deliveredBytes = 0;
    for (const { member, file, offset, sizeBytes } of piecesOf(task, frame)) {
      const bytes = byNumber.get(member);
      if (!bytes) continue;
      if (bytes.length !== sizeBytes) {
        this.#failPiece(task, file, {
          code: "bad_cover",
          message: "a chunk is longer or shorter than its document says",
        });
        continue;
      }
      deliveredBytes += sizeBytes;
      if (file.form === "parts") {
        this.#deliverPart(task, file, { bytes, offset });
        continue;
      }
      const pieces = whole.get(file) ?? [];
      pieces.push({ bytes, offset });
      whole.set(file, pieces);
    }
    for (const [file, pieces] of whole) {
      if (pieces.length === file.pieceCount) this.#options.sink.writeWhole(file, folderOf(task, file), pieces);
    }
    return deliveredBytes;
  }

  #deliverPart(task: WriteTask, file: TaskFile, piece: Piece): void {
    const isWritten = this.#options.sink.writePart(file, folderOf(task, file), piece);
    // The sink has already said why.
    if (!isWritten) Atomics.store(task.counts.failed, file.fileNumber, 1);
    this.#countPiece(task, file);
  }

  #noteUnread(frame: TaskFrame, read: readonly OpenedMember[], { code, message }: { code: string; message: string }) {
    const found = new Set(read.map(({ member }) => member));
    this.unread.push({ frame, members: usedMembers(frame).filter((member) => !found.has(member)), code, message });
  }

  #failPiece(task: WriteTask, file: TaskFile, { code, message }: { code: string; message: string }): void {
    const isFirst = Atomics.exchange(task.counts.failed, file.fileNumber, 1) === 0;
    if (isFirst) this.#options.sink.failures.push({ path: joinPath(folderOf(task, file), file.name), code, message });
    if (file.form === "parts") this.#countPiece(task, file);
  }

  #countPiece({ counts, ...task }: WriteTask, file: TaskFile): void {
    if (Atomics.sub(counts.remaining, file.fileNumber, 1) !== 1) return;
    const hasFailed = Atomics.load(counts.failed, file.fileNumber) === 1;
    this.#options.sink.finishParts(file, task.folders[file.folder] ?? "", hasFailed);
  }
}

function usedMembers({ pieces }: TaskFrame): number[] {
  const used = new Set<number>();
  for (let at = 0; at < pieces.length; at += NUMBERS_PER_PIECE) used.add(pieces[at] ?? 0);
  return [...used];
}

function folderOf(task: WriteTask, file: TaskFile): string {
  return task.folders[file.folder] ?? "";
}

/** Nothing else will be readable either: the service is gone, or does not want us. */
function isHopeless(error: PackSourceError): boolean {
  return error.code === "unreachable" || error.code === "refused";
}

/** Lets the event loop deliver what has come in the meantime. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
