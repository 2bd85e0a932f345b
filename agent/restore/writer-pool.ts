import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { WriteTask } from "./write-task.ts";
import type { FromWriter, TaskResult, ToWriter, WriterSettings } from "./writer-messages.ts";

export type OnResult = (result: TaskResult, task: WriteTask) => void;

export interface WriterPool {
  /** Resolves when all are done. @throws RestoreFailedError when nothing can be read any more */
  run(tasks: Iterable<WriteTask>, onResult: OnResult): Promise<void>;
  /** May be called more than once; when it resolves, nothing is written any more. */
  close(): Promise<void>;
}

export interface ThreadPoolOptions extends WriterSettings {
  /** A fresh token for the gateway's read side. */
  readonly renewToken: () => Promise<string>;
  readonly onProgress: (progress: { bytes: number; storedBytes: number }) => void;
}

/** What a thread said before it could not go on. */
export class RestoreFailedError extends Error {
  readonly code: string;
  readonly retryable = true;

  constructor(code: string, message: string) {
    super(message);
    this.name = "RestoreFailedError";
    this.code = code;
  }
}

/** More threads than these are not faster: decrypting and expanding takes one core each, and memory grows with them. */
const MAX_THREADS = 4;
/** One is done while the next is fetched; each holds up to 16 MiB. */
const TASKS_PER_THREAD = 2;

/** Writers make little garbage; more room for it only makes the process larger. */
const YOUNG_MIB = 32;

interface Seat {
  readonly worker: Worker;
  readonly waiting: Map<number, (result: TaskResult) => void>;
}

/** Writers in threads of their own. The cipher and zstd are synchronous, so this is how they use more than one core. */
export class ThreadPool implements WriterPool {
  readonly #options: ThreadPoolOptions;
  readonly #seats: Seat[] = [];
  #fail: (error: Error) => void = () => {};
  readonly #failure: Promise<never>;
  #closing: Promise<void> | null = null;
  #hasFailed = false;

  constructor(options: ThreadPoolOptions, threads: number = Math.min(MAX_THREADS, availableParallelism())) {
    this.#options = options;
    const { promise, reject } = Promise.withResolvers<never>();
    this.#failure = promise;
    this.#fail = (error) => {
      this.#hasFailed = true;
      reject(error);
    };
    promise.catch(() => {});
    for (let at = 0; at < threads; at++) this.#seats.push(this.#start());
  }

  async run(tasks: Iterable<WriteTask>, onResult: OnResult): Promise<void> {
    const waiting = tasks[Symbol.iterator]();
    const serve = async (seat: Seat): Promise<void> => {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        onResult(await this.#do(seat, next.value), next.value);
      }
    };
    const lanes = this.#seats.flatMap((seat) => Array.from({ length: TASKS_PER_THREAD }, () => serve(seat)));
    await Promise.race([Promise.all(lanes), this.#failure]);
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#seats.map(({ worker }) => this.#end(worker))).then(() => {});
    return this.#closing;
  }

  async #end(worker: Worker): Promise<void> {
    // After a failure nobody waits for what a thread still does.
    if (this.#hasFailed) {
      await worker.terminate();
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.once("exit", () => resolve());
    send(worker, { kind: "end" });
    const timer = setTimeout(() => void worker.terminate(), END_WITHIN_MS);
    await promise;
    clearTimeout(timer);
  }

  #do({ worker, waiting }: Seat, task: WriteTask): Promise<TaskResult> {
    const { promise, resolve } = Promise.withResolvers<TaskResult>();
    waiting.set(task.taskId, resolve);
    send(worker, { kind: "task", task });
    return promise;
  }

  #start(): Seat {
    const { origin, bulkToken, companyId, target } = this.#options;
    const workerData: WriterSettings = { origin, bulkToken, companyId, target };
    const worker = new Worker(new URL("./writer-thread.ts", import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    const seat: Seat = { worker, waiting: new Map() };
    worker.on("message", (message: FromWriter) => this.#hear(seat, message));
    worker.on("error", (error: Error) => this.#fail(new RestoreFailedError("writer_crashed", error.message)));
    worker.on("exit", () => {
      if (!this.#closing) this.#fail(new RestoreFailedError("writer_crashed", "a writer thread ended by itself"));
    });
    return seat;
  }

  #hear(seat: Seat, message: FromWriter): void {
    switch (message.kind) {
      case "progress":
        this.#options.onProgress(message);
        return;
      case "done":
        seat.waiting.get(message.taskId)?.(message.result);
        seat.waiting.delete(message.taskId);
        return;
      case "token-wanted":
        this.#options.renewToken().then(
          (bulkToken) => send(seat.worker, { kind: "token", bulkToken }),
          (error: Error) => this.#fail(error),
        );
        return;
      case "broken":
        this.#fail(new RestoreFailedError(message.code, message.message));
        return;
    }
  }
}

const END_WITHIN_MS = 5_000;

function send(worker: Worker, message: ToWriter): void {
  worker.postMessage(message);
}
