/** Pauses that double, up to a longest one. Measured on a clock that nobody sets. */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #nextMs: number;
  #restUntilMs = 0;

  constructor([firstMs, longestMs]: readonly [firstMs: number, longestMs: number]) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#nextMs = firstMs;
  }

  /** The pause to make now; half to all of it, so that many agents do not come back in one moment. */
  next(): number {
    const pauseMs = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    return pauseMs;
  }

  /** Rests for the next pause, without waiting for it. */
  rest(): void {
    this.#restUntilMs = performance.now() + this.next();
  }

  get isResting(): boolean {
    return performance.now() < this.#restUntilMs;
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
