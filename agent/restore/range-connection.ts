import { connect, type Socket } from "node:net";

export interface RangeCall {
  /** With query. */
  readonly path: string;
  readonly bulkToken: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Where the body goes, if it is long enough. */
  readonly into?: Uint8Array;
}

export interface RangeAnswer {
  readonly status: number;
  readonly zoneId: string;
  readonly bytes: Uint8Array;
}

/** The head of an answer; more than any proxy sends. */
const MAX_HEAD_BYTES = 32 * 1024;
/** A refusal is a line of JSON. */
const MAX_REFUSAL_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;
const END_OF_HEAD = Buffer.from("\r\n\r\n");

interface Head {
  readonly status: number;
  readonly sizeBytes: number;
  readonly zoneId: string;
  readonly isKeptAlive: boolean;
}

/** The answer is HTTP that this connection does not speak; another client may. */
export class UnknownAnswerError extends Error {}

/**
 * One plain HTTP/1.1 connection for large ranges: the system reads into one buffer, from which the body is copied once, to its place.
 * node:http makes a buffer of 64 KiB for every read, and collecting them costs a restore as much time and memory as decrypting.
 */
export class RangeConnection {
  readonly #host: string;
  readonly #socket: Socket;
  #call: PendingCall | null = null;
  #error: Error | null = null;

  constructor(origin: URL, idleTimeoutMs: number) {
    this.#host = origin.host;
    this.#socket = connect({
      host: origin.hostname.replace(/^\[|\]$/g, ""),
      port: Number(origin.port || 80),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (sizeBytes, buffer) => this.#read(buffer.subarray(0, sizeBytes)),
      },
    });
    this.#socket.setTimeout(idleTimeoutMs);
    this.#socket.on("timeout", () => {
      if (this.#call) this.#fail(new Error(`nothing came for ${idleTimeoutMs / 1000} s`));
      else this.close();
    });
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the connection was closed")));
    this.#socket.on("end", () => this.#fail(new Error("the connection was closed")));
  }

  /** False when it can take no further call. */
  get isUsable(): boolean {
    return this.#error === null && this.#call === null;
  }

  /** One at a time. @throws Error when the connection breaks; UnknownAnswerError */
  fetch(call: RangeCall): Promise<RangeAnswer> {
    if (this.#error) return Promise.reject(this.#error);
    const pending = new PendingCall(call);
    this.#call = pending;
    const lines = [
      `GET ${call.path} HTTP/1.1`,
      `host: ${this.#host}`,
      `authorization: Bearer ${call.bulkToken}`,
      `range: bytes=${call.offset}-${call.offset + call.sizeBytes - 1}`,
    ];
    this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
    return pending.promise;
  }

  close(): void {
    this.#error ??= new Error("the connection was closed");
    this.#socket.destroy();
  }

  /** @returns whether reading goes on */
  #read(bytes: Uint8Array): boolean {
    const call = this.#call;
    if (!call) {
      this.#fail(new Error("the gateway sent what nobody asked for"));
      return false;
    }
    try {
      if (!call.take(bytes)) return true;
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    this.#call = null;
    if (!call.isKeptAlive) this.close();
    call.finish();
    return true;
  }

  #fail(error: Error): void {
    this.#error ??= error;
    const call = this.#call;
    this.#call = null;
    this.#socket.destroy();
    call?.reject(error);
  }
}

/** An answer while it comes in. */
class PendingCall {
  readonly promise: Promise<RangeAnswer>;
  readonly reject: (error: Error) => void;
  readonly #resolve: (answer: RangeAnswer) => void;
  readonly #call: RangeCall;
  #headBytes = Buffer.alloc(0);
  #head: Head | null = null;
  #body: Uint8Array = new Uint8Array(0);
  #filled = 0;

  constructor(call: RangeCall) {
    const { promise, resolve, reject } = Promise.withResolvers<RangeAnswer>();
    this.promise = promise;
    this.#resolve = resolve;
    this.reject = reject;
    this.#call = call;
  }

  get isKeptAlive(): boolean {
    return this.#head?.isKeptAlive ?? false;
  }

  /** @returns whether the answer is complete. @throws UnknownAnswerError */
  take(bytes: Uint8Array): boolean {
    const rest = this.#head ? bytes : this.#takeHead(bytes);
    if (!this.#head || rest === null) return false;
    if (this.#filled + rest.length > this.#body.length) throw new UnknownAnswerError("more came than was announced");
    this.#body.set(rest, this.#filled);
    this.#filled += rest.length;
    return this.#filled === this.#body.length;
  }

  finish(): void {
    if (!this.#head) return;
    const { status, zoneId } = this.#head;
    this.#resolve({ status, zoneId, bytes: this.#body });
  }

  /** @returns what of the body came with the end of the head; null while the head is not complete */
  #takeHead(bytes: Uint8Array): Uint8Array | null {
    const seen = Buffer.concat([this.#headBytes, bytes]);
    const end = seen.indexOf(END_OF_HEAD);
    if (end < 0) {
      if (seen.length > MAX_HEAD_BYTES) throw new UnknownAnswerError("the head of the answer has no end");
      this.#headBytes = seen;
      return null;
    }
    this.#head = parseHead(seen.toString("latin1", 0, end));
    this.#body = this.#placeFor(this.#head);
    return seen.subarray(end + END_OF_HEAD.length);
  }

  #placeFor({ status, sizeBytes }: Head): Uint8Array {
    const { sizeBytes: wantedBytes, into } = this.#call;
    if (status !== 206) {
      if (sizeBytes > MAX_REFUSAL_BYTES) throw new UnknownAnswerError("this is neither a range nor a refusal");
      return new Uint8Array(sizeBytes);
    }
    if (sizeBytes !== wantedBytes) throw new UnknownAnswerError("another range came than was asked for");
    return into && into.length >= sizeBytes ? into.subarray(0, sizeBytes) : new Uint8Array(sizeBytes);
  }
}

function parseHead(text: string): Head {
  const [first = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})\b/.exec(first)?.[1] ?? Number.NaN);
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const length = fields.get("content-length") ?? "";
  if (Number.isNaN(status) || fields.has("transfer-encoding") || !/^\d{1,12}$/.test(length)) {
    throw new UnknownAnswerError("the answer has no length");
  }
  return {
    status,
    sizeBytes: Number(length),
    zoneId: fields.get("x-holdfast-zone") ?? "",
    isKeptAlive: fields.get("connection")?.toLowerCase() !== "close",
  };
}
