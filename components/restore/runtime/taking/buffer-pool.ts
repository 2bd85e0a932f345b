const LEAST_BYTES = 64 * 1024;
/** What lies unused at most; what is in use is bounded by the windows of a restore. */
const MAX_KEPT_BYTES = 96 * 1024 * 1024;

/**
 * Memory that is used again, in sizes of powers of two. New memory costs a browser 1 to 5 ms for each MiB when it is touched for the first
 * time, and what is thrown away is collected late (docs/decisions/0040-zip-in-the-browser.md).
 */
export class BufferPool {
  readonly #kept = new Map<number, ArrayBuffer[]>();
  #keptBytes = 0;

  /** The buffer behind it has at least one byte more. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const capacity = capacityOf(sizeBytes + 1);
    const buffer = this.#kept.get(capacity)?.pop();
    if (buffer) this.#keptBytes -= capacity;
    return new Uint8Array(buffer ?? new ArrayBuffer(capacity), 0, sizeBytes);
  }

  /** What is not of this pool's sizes, or was handed over, is left to the collector. */
  give({ buffer }: Uint8Array): void {
    const capacity = buffer.byteLength;
    const isOurs = buffer instanceof ArrayBuffer && capacity >= LEAST_BYTES && capacityOf(capacity) === capacity;
    if (!isOurs || this.#keptBytes + capacity > MAX_KEPT_BYTES) return;
    const kept = this.#kept.get(capacity) ?? [];
    this.#kept.set(capacity, kept);
    kept.push(buffer);
    this.#keptBytes += capacity;
  }
}

function capacityOf(sizeBytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(LEAST_BYTES, sizeBytes)));
}
