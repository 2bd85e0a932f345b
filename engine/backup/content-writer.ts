import type { Chunker } from "../chunker/chunker.ts";
import { type FinishedPack, PackBuilder, type PackBuilderOptions } from "../format/pack-builder.ts";
import { chunkId } from "../ids/chunk-id.ts";

/** Where a ContentWriter asks and sends. */
export interface ContentSink {
  /** For each id one byte: 1 when it must be stored, 0 when it is known or somebody else is storing it. */
  askNeeded(ids: readonly Uint8Array[]): Promise<Uint8Array>;
  /** An empty buffer for the next pack; waits while too many packs are on their way. */
  takeBuffer(): Promise<Uint8Array>;
  /** Takes a finished pack with its buffer. */
  sendPack(pack: FinishedPack, counts: StoredCounts): void;
  /** Takes back a buffer that nothing was written to. */
  returnBuffer(buffer: Uint8Array): void;
}

export interface StoredCounts {
  readonly chunks: number;
  /** Before compression. */
  readonly plainBytes: number;
}

export interface ContentWriterOptions extends Omit<PackBuilderOptions, "buffer" | "packKind"> {
  readonly sink: ContentSink;
  /** Two, so that one is read and cut while the answer about the other is on its way. */
  readonly chunkers: readonly [Chunker, Chunker];
}

/** Fills the start of `into`; returns the bytes read, 0 at an early end. */
export type ReadInto = (into: Uint8Array) => number;
export type TakeChunk = (chunkId: Uint8Array, sizeBytes: number) => void;

/** How much of a chunker's window is used: two of the largest chunks. Twice as much is not faster, and memory is dear. */
const WINDOW_BYTES = 4 * 1024 * 1024;

interface Window {
  readonly chunker: Chunker;
  end: number;
  chunks: WindowChunk[];
  answer: Promise<Uint8Array> | undefined;
}

interface WindowChunk {
  readonly id: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts content into chunks where it was read, names them, asks which are needed, and seals those into packs. Nothing is
 * copied on the way but what small chunks share a frame for. Memory: two windows and one pack buffer.
 */
export class ContentWriter {
  readonly #options: ContentWriterOptions;
  #current: Window;
  #other: Window;
  #builder: PackBuilder | undefined;
  #buffer: Uint8Array | undefined;
  #stored = { chunks: 0, plainBytes: 0 };

  constructor(options: ContentWriterOptions) {
    this.#options = options;
    this.#current = emptyWindow(options.chunkers[0]);
    this.#other = emptyWindow(options.chunkers[1]);
  }

  /**
   * Reads and cuts one stretch of a file. False when it ended early: what was cut until then is stored all the same
   * and belongs to nothing.
   */
  async write(sizeBytes: number, readInto: ReadInto, takeChunk: TakeChunk): Promise<boolean> {
    let left = sizeBytes;
    let start = this.#current.end;
    while (left > 0) {
      if (this.#current.end >= WINDOW_BYTES) start = await this.#turn(start);
      const { window } = this.#current.chunker;
      const free = Math.min(left, WINDOW_BYTES - this.#current.end);
      const readBytes = readInto(window.subarray(this.#current.end, this.#current.end + free));
      if (readBytes <= 0) return false;
      this.#current.end += readBytes;
      left -= readBytes;
      start = this.#cut(start, left === 0, takeChunk);
    }
    return true;
  }

  /** Asks about and stores all that was written, and sends the last pack. */
  async finish(): Promise<void> {
    await this.#turn(this.#current.end);
    await this.#settle(this.#other);
    this.#sendPack();
  }

  #cut(from: number, isLast: boolean, takeChunk: TakeChunk): number {
    const { chunker, end, chunks } = this.#current;
    const { primitives, chunkIdKey } = this.#options;
    let start = from;
    while (start < end) {
      const cut = chunker.cut(start, end, isLast);
      if (cut < 0) break;
      const id = chunkId(primitives, chunkIdKey, 1, chunker.window.subarray(start, cut));
      chunks.push({ id, start, end: cut });
      takeChunk(id, cut - start);
      start = cut;
    }
    return start;
  }

  /**
   * Asks about the full window and goes on in the other one, to which the unfinished chunk from `start` on is carried.
   * Returns where that chunk starts now.
   */
  async #turn(start: number): Promise<number> {
    const full = this.#current;
    const next = this.#other;
    if (full.chunks.length > 0) full.answer = this.#options.sink.askNeeded(full.chunks.map((chunk) => chunk.id));
    await this.#settle(next);
    next.chunker.window.set(full.chunker.window.subarray(start, full.end));
    next.end = full.end - start;
    this.#current = next;
    this.#other = full;
    return 0;
  }

  /** Stores what is needed of a window whose answer is there, and empties it. */
  async #settle(window: Window): Promise<void> {
    if (window.answer !== undefined) {
      const isNeeded = await window.answer;
      for (const [at, chunk] of window.chunks.entries()) {
        if (isNeeded[at] === 1) await this.#store(chunk, window.chunker.window);
      }
    }
    window.answer = undefined;
    window.chunks = [];
    window.end = 0;
  }

  async #store(chunk: WindowChunk, bytes: Uint8Array): Promise<void> {
    const plain = bytes.subarray(chunk.start, chunk.end);
    if (this.#builder !== undefined && !this.#builder.hasRoomFor(plain.length)) this.#sendPack();
    this.#builder ??= await this.#beginPack();
    this.#builder.add({ kind: 1, id: chunk.id, plain, childIds: [] });
    this.#stored.chunks += 1;
    this.#stored.plainBytes += plain.length;
  }

  async #beginPack(): Promise<PackBuilder> {
    this.#buffer = await this.#options.sink.takeBuffer();
    return new PackBuilder({ ...this.#options, packKind: "content", buffer: this.#buffer });
  }

  #sendPack(): void {
    const pack = this.#builder?.finish();
    if (pack) this.#options.sink.sendPack(pack, this.#stored);
    else if (this.#buffer !== undefined) this.#options.sink.returnBuffer(this.#buffer);
    this.#builder = undefined;
    this.#buffer = undefined;
    this.#stored = { chunks: 0, plainBytes: 0 };
  }
}

function emptyWindow(chunker: Chunker): Window {
  return { chunker, end: 0, chunks: [], answer: undefined };
}
