import type { RunChangesView } from "../../contracts/live.ts";
import { openRunStream } from "../../server/api/client/run-stream.ts";
import { applyChanges, BEFORE_FIRST, type LiveState, loseConnection, openRunsOf } from "./live-state.ts";

/** What tabs of one browser tell each other. */
type TabMessage =
  | { readonly kind: "ask" }
  | { readonly kind: "signed_out" }
  | { readonly kind: "changes"; readonly changes: RunChangesView }
  | { readonly kind: "lost"; readonly sinceMs: number };

/** A page that leaves the last reader stays open for as long as it takes to show the next. */
const LINGER_MS = 2_000;

/**
 * [Note: One stream per browser]
 *
 * A browser allows six connections to one origin, so its tabs share one stream: whoever holds the lock reads it and tells
 * the others over a channel. When that tab closes, the lock passes on, and the next tab opens the stream. On plain http to
 * another host there are no locks: each tab then reads a stream of its own.
 */
export class LiveStore {
  readonly #name: string;
  readonly #readers = new Set<() => void>();
  #state = BEFORE_FIRST;
  #isLeading = false;
  #channel: BroadcastChannel | null = null;
  #leave: AbortController | null = null;
  #linger: ReturnType<typeof setTimeout> | undefined;

  /** @param personId tabs of other people, signed in before or after, share nothing with these */
  constructor(personId: string) {
    this.#name = `holdfast-runs-${personId}`;
  }

  readonly getState = (): LiveState => this.#state;

  /** The stream is open while there are readers. */
  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader);
    clearTimeout(this.#linger);
    if (this.#leave === null) this.#open();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#linger = setTimeout(() => this.#close(), LINGER_MS);
    };
  };

  #open(): void {
    const leave = new AbortController();
    this.#leave = leave;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
    this.#tell({ kind: "ask" });
    const locks: LockManager | undefined = navigator.locks;
    if (locks === undefined) void this.#lead(leave.signal);
    else locks.request(this.#name, { signal: leave.signal }, () => this.#lead(leave.signal)).catch(() => {});
  }

  #close(): void {
    this.#leave?.abort();
    this.#leave = null;
    this.#channel?.close();
    this.#channel = null;
    this.#state = BEFORE_FIRST;
  }

  /** Reads the stream until this tab leaves; the lock is held for as long. */
  async #lead(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#isLeading = true;
    const close = openRunStream({
      changes: (changes) => this.#apply({ kind: "changes", changes }),
      lost: () => this.#apply({ kind: "lost", sinceMs: Date.now() }),
      signedOut: () => this.#apply({ kind: "signed_out" }),
    });
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    close();
    this.#isLeading = false;
  }

  #apply(message: TabMessage): void {
    this.#hear(message);
    this.#tell(message);
  }

  #hear(message: TabMessage): void {
    if (message.kind === "ask") {
      if (this.#isLeading) this.#answer();
      return;
    }
    this.#state = heard(this.#state, message);
    for (const reader of this.#readers) reader();
  }

  /** For a tab that has just come: everything as this one knows it. */
  #answer(): void {
    const { connection, clockOffsetMs } = this.#state;
    if (connection.kind === "live") {
      const at = new Date(Date.now() + clockOffsetMs);
      this.#tell({ kind: "changes", changes: { at, isWhole: true, runs: openRunsOf(this.#state) } });
    } else if (connection.kind === "lost") {
      this.#tell({ kind: "lost", sinceMs: connection.sinceMs });
    }
  }

  #tell(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }
}

function heard(state: LiveState, message: Exclude<TabMessage, { kind: "ask" }>): LiveState {
  switch (message.kind) {
    case "changes":
      return applyChanges(state, message.changes, Date.now());
    case "lost":
      return loseConnection(state, message.sinceMs);
    case "signed_out":
      return { ...state, connection: { kind: "signed_out" } };
  }
}
