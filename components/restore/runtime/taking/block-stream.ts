import { toHex } from "../../../../engine/codec/hex.ts";
import { BLOCK_BYTES, type DownloadSink } from "./download-sink.ts";
import type { HashThread } from "./hash-thread.ts";
import type { TargetSummary } from "./take-target.ts";

/** Blocks between here and the browser at most: so many are hashed, or wait to be asked for, while the next one is filled. */
const MAX_ON_THEIR_WAY = 4;

export interface BlockStreamOptions {
  readonly sink: DownloadSink;
  readonly hash: HashThread;
  readonly lengthBytes: number;
}

/** Collects bytes into blocks, has them hashed and hands them over, in order; holds the announced length to the byte. */
export class BlockStream {
  readonly #options: BlockStreamOptions;
  #block: Uint8Array<ArrayBuffer>;
  #filledBytes = 0;
  #writtenBytes = 0;
  /** The oldest first; each ends after those before it. */
  readonly #onTheirWay: Promise<void>[] = [];

  constructor(options: BlockStreamOptions) {
    this.#options = options;
    this.#block = options.sink.takeBlock();
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
    const { sink, hash, lengthBytes } = this.#options;
    await this.#flush();
    while (this.#onTheirWay.length > 0) await this.#onTheirWay.shift();
    if (this.#writtenBytes !== lengthBytes) {
      throw new RangeError(`${this.#writtenBytes} bytes were written where ${lengthBytes} were announced`);
    }
    const sha256 = toHex(await hash.digest());
    hash.close();
    await sink.end();
    return { lengthBytes: this.#writtenBytes, sha256 };
  }

  fail(message: string): void {
    this.#options.hash.close();
    this.#options.sink.fail(message);
  }

  async #flush(): Promise<void> {
    if (this.#filledBytes === 0) return;
    const block = this.#block.subarray(0, this.#filledBytes);
    this.#writtenBytes += block.length;
    this.#filledBytes = 0;
    const sent = this.#send(block, this.#onTheirWay.at(-1));
    // Whoever waits for it hears of it; until then it must not count as forgotten.
    sent.catch(() => {});
    this.#onTheirWay.push(sent);
    if (this.#onTheirWay.length >= MAX_ON_THEIR_WAY) await this.#onTheirWay.shift();
    this.#block = this.#options.sink.takeBlock();
  }

  async #send(block: Uint8Array<ArrayBuffer>, before: Promise<void> | undefined): Promise<void> {
    const hashed = await this.#options.hash.add(block);
    await before;
    await this.#options.sink.write(hashed);
  }
}
