import type { FromDownload, ToDownload } from "./download-messages.ts";

/** One message to the service worker; a few of these wait there. */
export const BLOCK_BYTES = 1024 * 1024;
/**
 * A service worker that says nothing for so long is gone, even if nobody says so; it answers a ping every 5 s also while the browser
 * takes nothing. A stopped one is noticed sooner: the page hears of it from its successor.
 */
const SILENCE_MS = 60_000;

/** The download broke on the browser's side. */
export class DownloadStoppedError extends Error {
  readonly code = "download_stopped";
  readonly retryable = false;

  constructor(why: string) {
    super(`The download was stopped: ${why}.`);
  }
}

export const WORKER_STOPPED = "the service worker was stopped";

/** The vault worker's end of one download: [Note: A download through the service worker]. */
export class DownloadSink {
  readonly #port: MessagePort;
  #creditBytes = 0;
  /** Blocks that came back; no more than a window of them is ever on its way. */
  readonly #emptied: ArrayBuffer[] = [];
  #wake: () => void = () => {};
  #stopped: Error | null = null;
  #isTaken = false;
  readonly #onStopped: (error: DownloadStoppedError) => void;
  #silence: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param options.signal when it is aborted, whoever waits for the browser hears its reason
   * @param options.onStopped told at once, also while nobody writes
   */
  constructor(
    port: MessagePort,
    { signal, onStopped }: { signal: AbortSignal; onStopped: (error: DownloadStoppedError) => void },
  ) {
    this.#port = port;
    this.#onStopped = onStopped;
    signal.addEventListener("abort", () => this.#interrupt(signal.reason), { once: true });
    port.addEventListener("message", ({ data }: MessageEvent<FromDownload>) => this.#hear(data));
    port.addEventListener("close", () => this.#stop(WORKER_STOPPED));
    port.start();
    this.#listen();
  }

  /** Memory for a block: one that came back, or new. */
  takeBlock(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#emptied.pop() ?? new ArrayBuffer(BLOCK_BYTES));
  }

  /** Hands a block over once the browser has asked for bytes. The block is gone for the caller. @throws DownloadStoppedError */
  async write(block: Uint8Array<ArrayBuffer>): Promise<void> {
    while (this.#creditBytes <= 0) await this.#nextWord();
    if (this.#stopped) throw this.#stopped;
    this.#creditBytes -= block.length;
    this.#tell({ kind: "bytes", bytes: block }, [block.buffer]);
  }

  /** Resolves when the service worker has let go of the last byte. @throws DownloadStoppedError */
  async end(): Promise<void> {
    this.#tell({ kind: "end" }, []);
    while (!this.#isTaken) await this.#nextWord();
    this.#close();
  }

  /** The browser marks the download as failed. */
  fail(message: string): void {
    this.#tell({ kind: "fail", message }, []);
    this.#close();
  }

  async #nextWord(): Promise<void> {
    if (this.#stopped) throw this.#stopped;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    if (this.#stopped) throw this.#stopped;
  }

  #hear(message: FromDownload): void {
    this.#listen();
    switch (message.kind) {
      case "credit":
        this.#creditBytes += message.bytes;
        break;
      case "taken":
        this.#isTaken = true;
        break;
      case "stopped":
        this.#stop(message.message);
        break;
      case "emptied":
        if (message.block.buffer.byteLength === BLOCK_BYTES) this.#emptied.push(message.block.buffer);
        return;
      case "alive":
      case "held":
        return;
    }
    this.#wake();
  }

  #stop(message: string): void {
    if (this.#stopped || this.#isTaken) return;
    const stopped = new DownloadStoppedError(message);
    this.#stopped = stopped;
    this.#onStopped(stopped);
    this.#wake();
    this.#close();
  }

  /** A browser that takes nothing, as while its own list of downloads holds it, must not keep an ended restore waiting. */
  #interrupt(reason: Error): void {
    if (this.#isTaken) return;
    this.#stopped ??= reason;
    this.#wake();
  }

  #close(): void {
    clearTimeout(this.#silence);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#stop(WORKER_STOPPED), SILENCE_MS);
  }

  #tell(message: ToDownload, transfer: Transferable[]): void {
    this.#port.postMessage(message, transfer);
  }
}
