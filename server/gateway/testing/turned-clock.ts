import type { Clock } from "../../../engine/ports/clock.ts";

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test turns it. */
export class TurnedClock implements Clock {
  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  /** How many wait for it. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { untilMs: this.#nowMs + delayMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** To the moment that somebody waits for first; stays where it is when nobody does. */
  turnToNext(): void {
    const next = Math.min(...[...this.#sleepers].map(({ untilMs }) => untilMs));
    if (Number.isFinite(next)) this.forward(Math.max(0, next - this.#nowMs));
  }

  forward(byMs: number): void {
    this.#nowMs += byMs;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}
