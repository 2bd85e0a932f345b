interface Waiting {
  readonly atMs: number;
  /** Of two that wake at once, the one that began to wait first comes first. */
  readonly order: number;
  readonly wake: () => void;
}

/** After so many moments the process looks at its signals and timers. */
const LOOK_EVERY = 5_000;

/**
 * Time that passes only when everything waits. Whatever happens in the simulation is a task that waits here at each of its calls; the one that is to
 * wake first goes on until it waits again, so the order of all steps follows from what was drawn, and nothing else.
 */
export class Timeline {
  #nowMs: number;
  #untilMs: number;
  #order = 0;
  /** A binary heap; the soonest stands first. */
  readonly #waiting: Waiting[] = [];
  #failure: { readonly error: unknown } | null = null;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#untilMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Waits for so long. Where nobody wakes before, time passes at once: it is the same, and five times as fast. */
  pass(durationMs: number): Promise<void> | undefined {
    const atMs = this.#nowMs + durationMs;
    const first = this.#waiting[0];
    if (atMs <= this.#untilMs && (first === undefined || atMs < first.atMs) && this.#failure === null) {
      this.#nowMs = atMs;
      return undefined;
    }
    return new Promise((wake) => this.#push({ atMs, order: this.#order++, wake }));
  }

  /** Begins a task; what it throws ends the simulation. */
  spawn(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.fail(error));
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Lets everything happen until that moment. @throws what a task threw */
  async runUntil(untilMs: number): Promise<void> {
    this.#untilMs = untilMs;
    for (let moments = 1; ; moments++) {
      await (moments % LOOK_EVERY === 0 ? look() : settled());
      if (this.#failure) throw this.#failure.error;
      const first = this.#waiting[0];
      if (first === undefined || first.atMs > untilMs) break;
      this.#pop();
      this.#nowMs = Math.max(this.#nowMs, first.atMs);
      first.wake();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(waiting: Waiting): void {
    const heap = this.#waiting;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isSooner(parent, waiting)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = waiting;
  }

  #pop(): void {
    const heap = this.#waiting;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const isOther = other !== undefined && isSooner(other, one);
      const sooner = isOther ? other : one;
      if (isSooner(last, sooner)) break;
      heap[at] = sooner;
      at = isOther ? left + 1 : left;
    }
    heap[at] = last;
  }
}

function isSooner(a: Waiting, b: Waiting): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A tick comes when no promise has anything left to do: every task waits again. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function look(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
