import type { Agent, ClientRequest, IncomingMessage } from "node:http";

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
  /**
   * A large body that the server may want later: it is sent when the server says so, and costs the line nothing when it says no. Such calls have
   * connections of their own, and may take `patienceMs`.
   */
  readonly upload?: { readonly patienceMs: number };
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
/** A proxy in between may not know the question whether to send: then the body goes without an answer. The server answers within 20 s. */
const CONTINUE_WITHIN_MS = 30_000;
/** A host that is gone is noticed by the system while a slow upload waits for its answer. */
const KEEP_ALIVE_MS = 60_000;

/** Kept-alive connections to one origin. Plain node:http, because fetch copies every body once more. */
export class HttpConnection {
  readonly origin: URL;
  readonly #agent: Agent;
  /** Uploads may wait for minutes; what keeps their run alive must not wait behind them. */
  readonly #uploads: Agent;

  constructor(origin: string) {
    this.origin = new URL(origin);
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS, noDelay: true };
    const open = () => (this.origin.protocol === "https:" ? new https.Agent(options) : new http.Agent(options));
    this.#agent = open();
    this.#uploads = open();
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
    this.#uploads.destroy();
  }

  #send(call: HttpCall): Promise<HttpAnswer> {
    const send = this.origin.protocol === "https:" ? https.request : http.request;
    const { method, body, signal, upload } = call;
    const timeout = upload?.patienceMs ?? IDLE_TIMEOUT_MS;
    const headers = {
      ...call.headers,
      ...(body ? { "content-length": String(body.length) } : {}),
      ...(upload ? { expect: "100-continue" } : {}),
    };
    const agent = upload ? this.#uploads : this.#agent;
    return new Promise((resolve, reject) => {
      const request = send(
        new URL(call.path, this.origin),
        { agent, method, headers, timeout, ...(signal ? { signal } : {}) },
        (answer) => collect(answer).then(resolve, reject),
      );
      request.on("error", reject);
      request.on("timeout", () => request.destroy(new Error(`nothing came for ${timeout / 1000} s`)));
      if (upload) sendWhenAsked(request, body);
      else request.end(body);
    });
  }
}

/** Sends the head, and the body once the server asks for it. When it answers before that, the body stays here and the connection is given up. */
function sendWhenAsked(request: ClientRequest, body: Uint8Array | undefined): void {
  const sendBody = () => {
    clearTimeout(timer);
    if (!request.writableEnded) request.end(body);
  };
  const timer = setTimeout(sendBody, CONTINUE_WITHIN_MS);
  request.once("continue", sendBody);
  request.once("response", (answer) => {
    clearTimeout(timer);
    if (!request.writableEnded) answer.once("end", () => request.destroy());
  });
  request.once("close", () => clearTimeout(timer));
  request.setSocketKeepAlive(true, KEEP_ALIVE_MS);
  request.flushHeaders();
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
