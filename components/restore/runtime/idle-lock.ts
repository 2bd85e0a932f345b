const MINUTE_MS = 60_000;
export const IDLE_MINUTES = [5, 15, 30, 60] as const;
export const DEFAULT_IDLE_MINUTES = 15;
/** How often the clock is looked at: a computer that slept is past its time when it wakes, and timers alone do not tell. */
const LOOK_MS = 1_000;

/** Locks after a time without anybody, by the wall clock, so that sleep counts. */
export class IdleLock {
  readonly #lock: () => void;
  #minutes: number = DEFAULT_IDLE_MINUTES;
  #locksAtMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(lock: () => void) {
    this.#lock = lock;
  }

  get minutes(): number {
    return this.#minutes;
  }

  /** Unix ms. */
  get locksAtMs(): number {
    return this.#locksAtMs;
  }

  /** The time begins anew. */
  start(): void {
    this.#locksAtMs = Date.now() + this.#minutes * MINUTE_MS;
    this.#timer ??= setInterval(() => {
      if (Date.now() >= this.#locksAtMs) this.#lock();
    }, LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One of IDLE_MINUTES. @throws RangeError */
  setMinutes(minutes: number): void {
    if (!IDLE_MINUTES.some((allowed) => allowed === minutes)) {
      throw new RangeError(`the vault locks after ${IDLE_MINUTES.join(", ")} minutes`);
    }
    this.#minutes = minutes;
    if (this.#timer !== undefined) this.start();
  }
}
