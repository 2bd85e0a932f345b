import type { BlockStream } from "./block-stream.ts";
import type { TakeTarget, TargetSummary } from "./take-target.ts";

/** One document as it is, through the service worker. */
export class DocumentTarget implements TakeTarget {
  readonly sideBySide = 1;
  readonly #stream: BlockStream;

  constructor(stream: BlockStream) {
    this.#stream = stream;
  }

  async folder(): Promise<void> {}

  async symlink(): Promise<void> {}

  async begin(): Promise<void> {}

  content(bytes: Uint8Array): Promise<void> {
    return this.#stream.write(bytes);
  }

  async end(): Promise<void> {}

  keep(): void {}

  async lose(): Promise<boolean> {
    return false;
  }

  finish(): Promise<TargetSummary> {
    return this.#stream.finish();
  }

  async fail(message: string): Promise<void> {
    this.#stream.fail(message);
  }
}
