import type { PackSource } from "../../engine/ports/pack-source.ts";
import type { Primitives } from "../../engine/ports/primitives.ts";
import { Shortfalls } from "./apply-meta.ts";
import { DocumentChecker } from "./document-checker.ts";
import { type DocumentSink, DocumentWriter } from "./document-writer.ts";
import { FolderHandles } from "./folder-handles.ts";
import { TaskRunner } from "./task-runner.ts";
import type { WriteTask } from "./write-task.ts";
import type { TaskResult, WriterTarget } from "./writer-messages.ts";

export interface TaskDeskOptions {
  readonly source: PackSource;
  readonly primitives: Primitives;
  readonly companyId: string;
  readonly target: WriterTarget;
  readonly onProgress: (progress: { bytes: number; storedBytes: number }) => void;
}

/** Takes tasks, does them in order while the next is being fetched, and says how each went. One for each thread. */
export class TaskDesk {
  readonly #shortfalls = new Shortfalls();
  readonly #folders: FolderHandles | null;
  readonly #sink: DocumentSink;
  readonly #runner: TaskRunner;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TaskDeskOptions) {
    const { target } = options;
    this.#folders = target && new FolderHandles(target.rootFd);
    this.#sink =
      target && this.#folders
        ? new DocumentWriter({
            folders: this.#folders,
            maker: { uid: target.makerUid, gid: target.makerGid },
            shortfalls: this.#shortfalls,
            isOverwriting: target.isOverwriting,
          })
        : new DocumentChecker();
    this.#runner = new TaskRunner({ ...options, sink: this.#sink });
  }

  /** Begins to fetch at once; resolves when the task is done. @throws PackSourceError when nothing can be read any more */
  do(task: WriteTask): Promise<TaskResult> {
    this.#runner.prefetch(task);
    const result = this.#last.then(() => this.#run(task));
    this.#last = result.catch(() => null);
    return result;
  }

  /** Gives a file of several batches its name, or removes it, once all are through. */
  finishParts(...of: Parameters<DocumentSink["finishParts"]>): TaskResult {
    this.#sink.finishParts(...of);
    return this.#takeResult();
  }

  close(): void {
    this.#folders?.close();
  }

  async #run(task: WriteTask): Promise<TaskResult> {
    await this.#runner.run(task);
    return this.#takeResult();
  }

  #takeResult(): TaskResult {
    const failures = this.#sink.failures.splice(0);
    const shortfalls = this.#shortfalls.listed.splice(0);
    const result = {
      finishedFiles: this.#sink.finishedFiles,
      unread: this.#runner.unread.splice(0),
      failures,
      shortfalls,
      shortfallCount: this.#shortfalls.count,
    };
    this.#shortfalls.count = 0;
    this.#sink.finishedFiles = 0;
    return result;
  }
}
