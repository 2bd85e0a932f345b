import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../../domain/store/store.ts";
import type { RunRow } from "../../domain/store/store-reads.ts";
import type { Logger } from "../../platform/log.ts";
import { ApiError } from "../api-error.ts";
import { type RunChanges, RunListener } from "./run-listener.ts";

/** Often enough for an eye, and one pair of questions however many look. */
const POLL_MS = 1_000;
/** Among these a run is found that began and ended between two looks. */
const NEWEST_COUNT = 50;
/** Open streams of one process: each holds a socket and its changes. */
const LISTENERS_MAX_COUNT = 1_000;

export interface RunFeedOptions {
  readonly store: Pick<Store, "listOpenRuns" | "listRuns" | "findRun" | "getTime">;
  readonly log: Logger;
  readonly pollMs?: number;
  readonly listenersMaxCount?: number;
}

/**
 * Tells listeners how open runs go on: reads them from the database once a second while somebody listens, and not at all
 * otherwise. A listener that is slow gets the newest figures of each run, not every one before.
 */
export class RunFeed {
  readonly #options: Required<RunFeedOptions>;
  readonly #listeners = new Set<RunListener>();
  #isPolling = false;
  #open: ReadonlyMap<string, RunRow> | null = null;
  #newest: ReadonlySet<string> | null = null;

  constructor(options: RunFeedOptions) {
    this.#options = { pollMs: POLL_MS, listenersMaxCount: LISTENERS_MAX_COUNT, ...options };
  }

  /** Whether somebody looks at this company's runs now: its agents then tell more often. */
  isWatched(companyId: string): boolean {
    return [...this.#listeners].some((listener) => listener.hears(companyId));
  }

  /**
   * All open runs of a company (null: of every one), then what changes, until `signal` is aborted.
   *
   * @throws ApiError `rate_limited` when too many listen; `database_unreachable` when the figures cannot be read
   */
  async *listen(companyId: string | null, signal: AbortSignal): AsyncGenerator<RunChanges, void> {
    if (this.#listeners.size >= this.#options.listenersMaxCount) {
      throw new ApiError("rate_limited", "Too many pages are watching runs. This one goes on when others are closed.");
    }
    const listener = new RunListener(companyId);
    this.#listeners.add(listener);
    if (!this.#isPolling) void this.#poll();
    try {
      yield* listener.changes(signal);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#listeners.size > 0) {
      try {
        await this.#tell();
      } catch (error) {
        this.#options.log.warn({ err: error }, "the open runs could not be read");
        const lost = new ApiError(
          "database_unreachable",
          "The runs could not be read. The page tries again by itself.",
        );
        for (const listener of this.#listeners) listener.fail(lost);
        break;
      }
      await sleep(this.#options.pollMs, undefined, { ref: false });
    }
    this.#open = null;
    this.#newest = null;
    this.#isPolling = false;
  }

  async #tell(): Promise<void> {
    const { store } = this.#options;
    const [before, newestBefore] = [this.#open, this.#newest];
    const listed = await store.listOpenRuns();
    const newest = await store.listRuns(null, { limit: NEWEST_COUNT });
    const open = new Map([...newest, ...listed].filter(isOpen).map((row) => [row.runId, row]));
    const gone = [...(before?.values() ?? [])].filter((row) => !open.has(row.runId));
    const found = await Promise.all(gone.map((row) => store.findRun(row.companyId, row.runId)));
    const short = newest.filter(({ runId }) => newestBefore?.has(runId) === false && before?.has(runId) === false);
    const ended = [...found, ...short].flatMap((row) => (row === null || isOpen(row) ? [] : [row]));
    const at = await store.getTime();
    const rows = [...open.values()];
    const changed = rows.filter((row) => hasMoved(before?.get(row.runId), row));
    this.#open = open;
    this.#newest = new Set(newest.map((row) => row.runId));
    for (const listener of this.#listeners) listener.offer({ at, open: rows, changed: [...changed, ...ended] });
  }
}

const isOpen = (row: RunRow) => row.endedAt === null;

function hasMoved(before: RunRow | undefined, now: RunRow): boolean {
  if (before === undefined) return true;
  const [was, is] = [before.progress, now.progress];
  return was.files !== is.files || was.bytes !== is.bytes || was.storedBytes !== is.storedBytes;
}
