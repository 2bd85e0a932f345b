/** What may come at once after a pause: a moment of the limit, so that a hiccup of either side costs nothing. */
const BURST_MS = 250;
/** No debt is as great: four uploads owe 64 KiB each, 4 s at the least limit. More comes from a clock that was set back. */
const MAX_DEBT_MS = 10_000;

/**
 * One limit that any number of uploads share. Each pays for what it has just received, and waits until that is paid for before it reads on; as
 * payments queue one behind the other, uploads take turns piece by piece. It holds one moment: no memory, however many share it.
 */
export class BandwidthBucket {
  /** When everything received so far is paid for. */
  #paidAtMs = 0;

  /** How many milliseconds whoever has received so many bytes has to wait. Null: there is no limit now, and no debt either. */
  pay(sizeBytes: number, bytesPerSecond: number | null, nowMs: number): number {
    if (bytesPerSecond === null) {
      this.#paidAtMs = nowMs;
      return 0;
    }
    const fromMs = Math.min(Math.max(this.#paidAtMs, nowMs - BURST_MS), nowMs + MAX_DEBT_MS);
    this.#paidAtMs = fromMs + (sizeBytes / bytesPerSecond) * 1000;
    return Math.max(0, this.#paidAtMs - nowMs);
  }
}
