import type { FromHasher, ToHasher } from "./hash-messages.ts";

/** The other end: a worker, or a test's. It answers in the order in which it was asked. */
export interface HasherPort {
  postMessage(message: ToHasher, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromHasher>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** SHA-256 of blocks on a thread of its own, beside the vault's worker, which fetches and writes meanwhile. */
export class HashThread {
  readonly #port: HasherPort;
  readonly #waiting: PromiseWithResolvers<FromHasher>[] = [];
  #failure: Error | null = null;

  constructor(port: HasherPort) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#waiting.shift()?.resolve(data);
    port.onerror = ({ message }) => this.#fail(new Error(message || "the thread that hashes has ended"));
  }

  /** The block is gone for the caller; @returns the same bytes, once they are hashed */
  async add(block: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await this.#ask({ kind: "add", block }, [block.buffer]);
    if (answer.kind !== "added") throw new Error("the thread that hashes answered something else");
    return answer.block;
  }

  /** Of all blocks, in the order in which they were added. */
  async digest(): Promise<Uint8Array> {
    const answer = await this.#ask({ kind: "digest" }, []);
    if (answer.kind !== "digest") throw new Error("the thread that hashes answered something else");
    return answer.sha256;
  }

  close(): void {
    this.#port.terminate();
    this.#fail(new Error("the download has ended"));
  }

  #ask(message: ToHasher, transfer: Transferable[]): Promise<FromHasher> {
    if (this.#failure) return Promise.reject(this.#failure);
    const answer = Promise.withResolvers<FromHasher>();
    this.#waiting.push(answer);
    this.#port.postMessage(message, transfer);
    return answer.promise;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const answer of this.#waiting.splice(0)) answer.reject(this.#failure);
  }
}

/** A worker of this bundle. */
export function startHashWorker(): HasherPort {
  return new Worker(new URL("./hash-worker.ts", import.meta.url), { type: "module" });
}
