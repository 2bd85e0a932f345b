import type { Agent, IncomingMessage } from "node:http";

// An import would read every export of node:http, and with WebSocket among them load all of undici: 30 ms at each start.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** One request to the portal's origin. */
export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT";
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** The origin could not be reached, or the connection broke before the whole answer was there. */
export class ConnectionError extends Error {
  readonly code = "portal_unreachable";
  readonly retryable = true;
}

/** Nothing moved for so long: the connection is given up. A zone may take its time over the last fsync. */
const IDLE_TIMEOUT_MS = 120_000;
/** Answers to control and bulk calls of an agent are small; it reads no packs. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_SOCKETS = 6;

/** Kept-alive connections to one origin. Plain node:http, because fetch copies every body once more. */
export class HttpConnection {
  readonly origin: URL;
  readonly #agent: Agent;

  constructor(origin: string) {
    this.origin = new URL(origin);
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS, noDelay: true };
    this.#agent = this.origin.protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
  }

  /** @throws ConnectionError; the signal's reason */
  async call(call: HttpCall): Promise<HttpAnswer> {
    try {
      return await this.#send(call);
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (!(error instanceof Error)) throw error;
      throw new ConnectionError(`cannot reach ${this.origin.origin}: ${error.message}`, { cause: error });
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(call: HttpCall): Promise<HttpAnswer> {
    const send = this.origin.protocol === "https:" ? https.request : http.request;
    const { method, body, signal } = call;
    const headers = { ...call.headers, ...(body ? { "content-length": String(body.length) } : {}) };
    return new Promise((resolve, reject) => {
      const request = send(
        new URL(call.path, this.origin),
        { agent: this.#agent, method, headers, timeout: IDLE_TIMEOUT_MS, ...(signal ? { signal } : {}) },
        (answer) => collect(answer).then(resolve, reject),
      );
      request.on("error", reject);
      request.on("timeout", () => request.destroy(new Error(`nothing came for ${IDLE_TIMEOUT_MS / 1000} s`)));
      request.end(body);
    });
  }
}

function collect(answer: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let sizeBytes = 0;
    answer.on("data", (piece: Buffer) => {
      sizeBytes += piece.length;
      if (sizeBytes > MAX_ANSWER_BYTES) answer.destroy(new Error("the answer is larger than any should be"));
      else pieces.push(piece);
    });
    answer.on("error", reject);
    answer.on("aborted", () => reject(new Error("the connection broke")));
    answer.on("end", () => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(pieces) });
    });
  });
}
