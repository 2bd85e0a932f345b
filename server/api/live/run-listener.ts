import type { RunRow } from "../../domain/store/store-reads.ts";

/** What one listener is told at a time. */
export interface RunChanges {
  readonly at: Date;
  /** Whether `runs` are all open runs, or those that changed. */
  readonly isWhole: boolean;
  readonly runs: readonly RunRow[];
}

/** One look at the runs of the database. */
export interface RunReading {
  readonly at: Date;
  readonly open: readonly RunRow[];
  readonly changed: readonly RunRow[];
}

/** Holds for one listener what it was not told yet: the newest state of each run that changed. */
export class RunListener {
  readonly #companyId: string | null;
  readonly #pending = new Map<string, RunRow>();
  #at: Date | null = null;
  #isWhole = true;
  #hasBegun = false;
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(companyId: string | null) {
    this.#companyId = companyId;
  }

  hears(companyId: string): boolean {
    return this.#companyId === null || this.#companyId === companyId;
  }

  offer({ at, open, changed }: RunReading): void {
    const runs = (this.#hasBegun ? changed : open).filter((run) => this.hears(run.companyId));
    if (this.#hasBegun && runs.length === 0) return;
    this.#hasBegun = true;
    this.#at = at;
    for (const run of runs) this.#pending.set(run.runId, run);
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  async *changes(signal: AbortSignal): AsyncGenerator<RunChanges, void> {
    const wake = () => this.#wake();
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted) {
        if (this.#failure !== null) throw this.#failure;
        if (this.#at === null) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        const changes = { at: this.#at, isWhole: this.#isWhole, runs: [...this.#pending.values()] };
        this.#at = null;
        this.#isWhole = false;
        this.#pending.clear();
        yield changes;
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }
}
