import { TaskDesk, type TaskDeskOptions } from "./task-desk.ts";
import type { WriteTask } from "./write-task.ts";
import type { OnResult, WriterPool } from "./writer-pool.ts";

/** Writers in this thread, two side by side: for small restores, for sources that no thread can open, and for tests. */
export class InlinePool implements WriterPool {
  readonly #desks: readonly TaskDesk[];

  constructor(options: TaskDeskOptions) {
    this.#desks = [new TaskDesk(options), new TaskDesk(options)];
  }

  async run(tasks: Iterable<WriteTask>, onResult: OnResult): Promise<void> {
    const waiting = tasks[Symbol.iterator]();
    const serve = async (desk: TaskDesk): Promise<void> => {
      for (let next = waiting.next(); !next.done; next = waiting.next()) {
        onResult(await desk.do(next.value), next.value);
      }
    };
    await Promise.all(this.#desks.map(serve));
  }

  async close(): Promise<void> {
    for (const desk of this.#desks) desk.close();
  }
}
