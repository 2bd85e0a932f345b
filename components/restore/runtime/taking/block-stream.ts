import { toHex } from "../../../../engine/codec/hex.ts";
import type { Primitives, RunningHash } from "../../../../engine/ports/primitives.ts";
import { BLOCK_BYTES, type DownloadSink } from "./download-sink.ts";
import type { TargetSummary } from "./take-target.ts";

/** Collects bytes into blocks, hashes them and hands them over; holds the announced length to the byte. */
export class BlockStream {
  readonly #sink: DownloadSink;
  readonly #hash: RunningHash;
  readonly #lengthBytes: number;
  #block: Uint8Array<ArrayBuffer>;
  #filledBytes = 0;
  #writtenBytes = 0;

  constructor(primitives: Primitives, { sink, lengthBytes }: { sink: DownloadSink; lengthBytes: number }) {
    this.#sink = sink;
    this.#block = sink.takeBlock();
    this.#hash = primitives.sha256Start();
    this.#lengthBytes = lengthBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.#filledBytes);
      this.#block.set(piece, this.#filledBytes);
      this.#filledBytes += piece.length;
      at += piece.length;
      if (this.#filledBytes === BLOCK_BYTES) await this.#flush();
    }
  }

  async finish(): Promise<TargetSummary> {
    await this.#flush();
    if (this.#writtenBytes !== this.#lengthBytes) {
      throw new RangeError(`${this.#writtenBytes} bytes were written where ${this.#lengthBytes} were announced`);
    }
    await this.#sink.end();
    return { lengthBytes: this.#writtenBytes, sha256: toHex(this.#hash.digest()) };
  }

  fail(message: string): void {
    this.#sink.fail(message);
  }

  async #flush(): Promise<void> {
    if (this.#filledBytes === 0) return;
    const block = this.#block.subarray(0, this.#filledBytes);
    this.#hash.update(block);
    this.#writtenBytes += block.length;
    this.#filledBytes = 0;
    await this.#sink.write(block);
    this.#block = this.#sink.takeBlock();
  }
}
