import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { PACK_BUFFER_SIZE_BYTES } from "../../engine/format/pack-builder.ts";
import { BufferPool } from "./buffer-pool.ts";
import { type KnownIds, splitIds } from "./known-ids.ts";
import type { FromReader, PackCounts, ReaderSetup, ToReader } from "./read-messages.ts";

export interface ReaderPoolOptions {
  readonly setup: ReaderSetup;
  readonly known: KnownIds;
  /** Resolves once the pack is durable. */
  readonly sendPack: (packId: string, bytes: Uint8Array, counts: PackCounts) => Promise<void>;
  readonly takeResults: (results: Uint8Array, counts: { readBytes: number; chunks: number }) => void;
  /** Called after anything that may let the caller go on. */
  readonly wake: () => void;
}

interface Reader {
  readonly worker: Worker;
  jobs: number;
  isFinished: boolean;
}

/** More threads than this only wait for the same disk. */
const MAX_READERS = 4;
const READERS = Math.min(MAX_READERS, Math.max(1, availableParallelism()));
/** A reader's next job lies ready, so that it never waits for this thread. */
const JOBS_A_READER = 2;
const JOBS_AHEAD = 2;
/** Packs that may be on their way while every reader writes one; 20 MiB each. */
const SPARE_BUFFERS = 1;
/** Measured on 50,000 files: 305 instead of 345 MB at the peak, and nothing else. */
const SMALL_HEAP = ["--semi-space-growth-factor=1", "--heap-growing-percent=30"];
/** Small heaps that are swept often: what readers hold for long lies outside of them. Megabytes. */
const READER_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 };

/** Reader threads. They are started with the first job: a run that finds nothing changed needs none. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #readers: Reader[] = [];
  readonly #queue: Uint8Array[] = [];
  readonly #sending = new Set<Promise<void>>();
  #buffers: BufferPool | undefined;
  #error: unknown;
  #hasFailed = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
  }

  /** True when more jobs would only wait. */
  get isFull(): boolean {
    return this.#queue.length >= JOBS_AHEAD * READERS;
  }

  /** @throws what a reader failed with */
  check(): void {
    if (this.#hasFailed) throw this.#error;
  }

  submit(tasks: Uint8Array): void {
    if (this.#readers.length < READERS) this.#start();
    this.#queue.push(tasks);
    this.#dispatch();
  }

  /** Resolves once everything that was read is durable. */
  async finish(): Promise<void> {
    for (const reader of this.#readers) tell(reader, { type: "finish" });
    while (!this.#hasFailed && this.#readers.some((reader) => !reader.isFinished)) await this.#anything();
    await Promise.all(this.#sending);
    this.check();
    await this.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.splice(0).map((reader) => reader.worker.terminate()));
  }

  #waiting: (() => void)[] = [];

  #anything(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#options.wake();
  }

  #start(): void {
    // From here on this thread's heap, too, is kept small: what a backup holds for long is little, and lies outside of it.
    for (const flag of SMALL_HEAP) setFlagsFromString(flag);
    const workerData = this.#options.setup;
    const file = new URL("./read-worker.ts", import.meta.url);
    const worker = new Worker(file, { workerData, resourceLimits: READER_HEAP });
    const reader: Reader = { worker, jobs: 0, isFinished: false };
    worker.on("message", (message: FromReader) => this.#hear(reader, message));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => {
      if (!reader.isFinished && this.#readers.includes(reader)) this.#fail(new Error("a reader thread ended"));
    });
    this.#readers.push(reader);
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const reader = this.#readers.reduce((least, other) => (other.jobs < least.jobs ? other : least));
      if (reader.jobs >= JOBS_A_READER) return;
      const tasks = this.#queue.shift();
      if (tasks === undefined) return;
      reader.jobs += 1;
      tell(reader, { type: "job", tasks }, tasks.buffer);
    }
  }

  #hear(reader: Reader, message: FromReader): void {
    switch (message.type) {
      case "results":
        reader.jobs -= 1;
        this.#options.takeResults(message.results, message);
        this.#dispatch();
        break;
      case "ask":
        void this.#answer(reader, message.ask, message.ids);
        return;
      case "want-buffer":
        void this.#pool()
          .take()
          .then(({ buffer }) => {
            if (buffer instanceof SharedArrayBuffer) tell(reader, { type: "buffer", buffer });
          });
        return;
      case "buffer":
        this.#pool().put(message.buffer);
        return;
      case "pack":
        this.#send(message.packId, message.bytes, message.counts);
        return;
      case "finished":
        reader.isFinished = true;
        break;
      case "failed":
        this.#fail(Object.assign(new Error(message.message), { code: message.code }));
        return;
    }
    this.#wake();
  }

  async #answer(reader: Reader, ask: number, ids: Uint8Array): Promise<void> {
    try {
      const isNeeded = await this.#options.known.selectNeeded(splitIds(ids));
      tell(reader, { type: "answer", ask, isNeeded }, isNeeded.buffer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #send(packId: string, bytes: Uint8Array, counts: PackCounts): void {
    const sending = this.#options
      .sendPack(packId, bytes, counts)
      .then(() => {
        this.#pool().put(bytes.buffer);
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#sending.delete(sending);
        this.#wake();
      });
    this.#sending.add(sending);
  }

  #pool(): BufferPool {
    const count = READERS + SPARE_BUFFERS;
    this.#buffers ??= new BufferPool(
      Array.from({ length: count }, () => new SharedArrayBuffer(PACK_BUFFER_SIZE_BYTES)),
    );
    return this.#buffers;
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#error = error;
    this.#hasFailed = true;
    this.#wake();
  }
}

function tell(reader: Reader, message: ToReader, transfer?: ArrayBufferLike): void {
  reader.worker.postMessage(message, transfer instanceof ArrayBuffer ? [transfer] : []);
}
