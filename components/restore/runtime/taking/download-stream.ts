import type { FromDownload, HeldDownload, ToDownload } from "./download-messages.ts";

/** Bytes that wait in the service worker at most, besides one block that is on its way. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Neither bytes nor a ping for so long: whoever fed the download is gone. */
const SILENCE_MS = 60_000;

/** The service worker's end of one download: [Note: A download through the service worker]. */
export class DownloadStream {
  readonly download: HeldDownload;
  readonly #port: MessagePort;
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** Asked for, and not here yet. */
  #askedBytes = 0;
  #takenBytes = 0;
  #hasEnded = false;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(download: HeldDownload, { port, onEnd }: { port: MessagePort; onEnd: () => void }) {
    this.download = download;
    this.#port = port;
    this.#onEnd = onEnd;
    port.addEventListener("message", ({ data }: MessageEvent<ToDownload>) => this.#hear(data));
    // Not every browser tells; the silence does, later.
    port.addEventListener("close", () => this.#fail("the page that decrypts is closed"));
    port.start();
    this.#listen();
  }

  /** Whether the browser has asked for it. */
  get isOpen(): boolean {
    return this.#controller !== null;
  }

  /** The body; asked for once. */
  open(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#ask(),
        cancel: () => this.#stop("the browser stopped the download"),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WINDOW_BYTES }),
    );
  }

  /** The page is still there. */
  ping(): void {
    if (this.#hasEnded) return;
    this.#listen();
    this.#tell({ kind: "alive" });
  }

  #ask(): void {
    const wantedBytes = (this.#controller?.desiredSize ?? 0) - this.#askedBytes;
    if (wantedBytes <= 0) return;
    this.#askedBytes += wantedBytes;
    this.#tell({ kind: "credit", bytes: wantedBytes });
  }

  #hear(message: ToDownload): void {
    if (this.#hasEnded) return;
    this.#listen();
    switch (message.kind) {
      case "bytes":
        this.#take(message.bytes);
        return;
      case "end":
        this.#close();
        return;
      case "fail":
        this.#fail(message.message);
        return;
    }
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    this.#takenBytes += bytes.length;
    if (this.#controller === null || this.#takenBytes > this.download.lengthBytes) {
      this.#fail("more bytes came than the download has");
      return;
    }
    this.#askedBytes = Math.max(0, this.#askedBytes - bytes.length);
    // Nobody tells when the browser has read a block, so it gets a copy; the memory itself goes back at once.
    this.#controller.enqueue(bytes.slice());
    this.#tell({ kind: "emptied", block: bytes }, [bytes.buffer]);
    this.#ask();
  }

  #close(): void {
    if (this.#takenBytes !== this.download.lengthBytes) {
      this.#fail("the download ended early");
      return;
    }
    this.#controller?.close();
    this.#tell({ kind: "taken" });
    this.#end();
  }

  #fail(message: string): void {
    if (this.#hasEnded) return;
    this.#controller?.error(new Error(message));
    this.#stop(message);
  }

  #stop(message: string): void {
    if (this.#hasEnded) return;
    this.#tell({ kind: "stopped", message });
    this.#end();
  }

  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#silence);
    this.#onEnd();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#fail("the page that decrypts says nothing any more"), SILENCE_MS);
  }

  #tell(message: FromDownload, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}
