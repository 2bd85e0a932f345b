import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";

/** Until the portal must have begun its answer; a page is rendered in far less, a first page in development is compiled. */
const ANSWER_MS = 120_000;
/** Sockets kept open towards the portal; beyond it new ones are opened and closed. */
const MAX_FREE_SOCKETS = 64;
/** Upgraded connections at a time; only hot reload in development uses them. */
const MAX_UPGRADED = 200;

/** What a page may still take when the gateway stops. */
const LAST_ANSWERS_MS = 1_000;

/** Headers of one hop only (RFC 9110, 7.6.1). */
const HOP_HEADERS = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface PortalProxyOptions {
  /** `http://127.0.0.1:3001` */
  readonly portalAddress: string;
  /** The origin that browsers see: tells the portal whether they came by TLS. */
  readonly publicUrl: string;
}

/** Passes requests to the portal as they come and answers as they come: nothing is buffered, so event streams flow. */
export class PortalProxy {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: MAX_FREE_SOCKETS });
  readonly #portal: URL;
  readonly #proto: string;
  readonly #upgraded = new Set<Duplex>();
  readonly #underWay = new Set<ServerResponse>();

  constructor({ portalAddress, publicUrl }: PortalProxyOptions) {
    this.#portal = new URL(portalAddress);
    this.#proto = new URL(publicUrl).protocol.slice(0, -1);
  }

  forward(request: IncomingMessage, response: ServerResponse): void {
    const outgoing = this.#open(request, forwardedHeaders(request, this.#proto), this.#agent);
    outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy(new Error("the portal did not answer")));
    outgoing.once("response", (answer) => {
      outgoing.setTimeout(0);
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answerHeaders(answer));
      response.flushHeaders();
      answer.pipe(response);
      answer.once("error", () => response.destroy());
      answer.once("aborted", () => response.destroy());
    });
    outgoing.once("error", () => sendPortalAway(response));
    this.#underWay.add(response);
    response.once("close", () => {
      this.#underWay.delete(response);
      if (!response.writableFinished) outgoing.destroy();
    });
    request.once("error", () => outgoing.destroy());
    request.pipe(outgoing);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    if (this.#upgraded.size >= MAX_UPGRADED) {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n");
      return;
    }
    this.#upgraded.add(socket);
    socket.once("close", () => this.#upgraded.delete(socket));
    const headers = forwardedHeaders(request, this.#proto);
    headers.push("connection", "upgrade", "upgrade", request.headers.upgrade ?? "websocket");
    const outgoing = this.#open(request, headers, false);
    outgoing.once("upgrade", (answer, portalSocket, portalHead) => {
      socket.write(headText(answer));
      if (portalHead.length > 0) socket.write(portalHead);
      if (head.length > 0) portalSocket.write(head);
      joinSockets(socket, portalSocket);
    });
    outgoing.once("response", (answer) => {
      socket.write(headText(answer));
      answer.pipe(socket);
    });
    outgoing.once("error", () => socket.destroy());
    socket.once("close", () => outgoing.destroy());
    outgoing.end();
  }

  /** Ends upgraded connections at once, and after a second what is under way: event streams never end by themselves. */
  close(): void {
    for (const socket of this.#upgraded) socket.destroy();
    setTimeout(() => {
      for (const response of this.#underWay) response.destroy();
      this.#agent.destroy();
    }, LAST_ANSWERS_MS).unref();
  }

  #open(request: IncomingMessage, headers: string[], agent: Agent | false): ClientRequest {
    return httpRequest({
      host: this.#portal.hostname,
      port: this.#portal.port || 80,
      method: request.method,
      path: request.url,
      headers,
      setDefaultHeaders: false,
      agent,
    });
  }
}

/** An upgraded connection ends whole: whoever ends first ends both sides. */
function joinSockets(socket: Duplex, portalSocket: Duplex): void {
  for (const [one, other] of [
    [socket, portalSocket],
    [portalSocket, socket],
  ] as const) {
    one.on("error", () => other.destroy());
    one.once("end", () => one.destroy());
    one.once("close", () => other.destroy());
    one.pipe(other);
  }
}

/**
 * The client's headers without those of one hop, in their order and with repeats; `x-forwarded-*` and `forwarded` from outside are kept
 * out, except that an address list is continued: its last entry is the one that we saw.
 */
function forwardedHeaders(request: IncomingMessage, proto: string): string[] {
  const named = new Set((request.headers.connection ?? "").toLowerCase().split(/\s*,\s*/));
  const headers: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = (request.rawHeaders[at] ?? "").toLowerCase();
    const isOurs = name === "forwarded" || name.startsWith("x-forwarded-") || name === "x-real-ip";
    if (!HOP_HEADERS.has(name) && !named.has(name) && !isOurs) headers.push(name, request.rawHeaders[at + 1] ?? "");
  }
  const address = request.socket.remoteAddress ?? "unknown";
  const before = request.headers["x-forwarded-for"];
  headers.push("x-forwarded-for", before === undefined ? address : `${String(before)}, ${address}`);
  headers.push("x-forwarded-proto", proto, "x-forwarded-host", request.headers.host ?? "");
  if (request.headers["transfer-encoding"] !== undefined) headers.push("transfer-encoding", "chunked");
  return headers;
}

function answerHeaders(answer: IncomingMessage): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    const name = answer.rawHeaders[at] ?? "";
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.push(name, answer.rawHeaders[at + 1] ?? "");
  }
  return headers;
}

function headText(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function sendPortalAway(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = '{"code":"internal","message":"the portal is starting or restarting; try again in a few seconds"}';
  response.writeHead(503, {
    "content-type": "application/json",
    "retry-after": "2",
    "content-length": body.length,
  });
  response.end(body);
}
