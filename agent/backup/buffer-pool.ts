/** A fixed number of pack buffers; whoever needs one waits until one is free. This is what bounds the packs under way. */
export class BufferPool {
  readonly #free: ArrayBufferLike[];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];

  constructor(buffers: readonly ArrayBufferLike[]) {
    this.#free = [...buffers];
  }

  take(): Promise<Uint8Array> {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return Promise.resolve(new Uint8Array(buffer));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  put(buffer: ArrayBufferLike): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting(new Uint8Array(buffer));
    else this.#free.push(buffer);
  }
}
