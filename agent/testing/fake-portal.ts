import { createServer, type IncomingMessage, type Server } from "node:http";
import superjson from "superjson";

export interface FakeCall {
  /** As "agent.hello"; for bulk calls the path. */
  readonly procedure: string;
  readonly input: unknown;
  readonly body: Buffer;
  readonly authorization: string;
}

/** A status and a body, or a result of tRPC to be wrapped. */
export type FakeAnswer =
  | { readonly result: unknown }
  | { readonly code: string; readonly status: number; readonly update?: unknown; readonly retryAfterMs?: number }
  | { readonly status: number; readonly bytes: Uint8Array }
  | "break the connection";

/** Plays the portal's side of HTTP as a test scripts it. */
export class FakePortal {
  readonly calls: FakeCall[] = [];
  readonly #server: Server;
  readonly #answer: (call: FakeCall) => FakeAnswer;

  constructor(answer: (call: FakeCall) => FakeAnswer) {
    this.#answer = answer;
    this.#server = createServer((request, response) => {
      void readCall(request).then((call) => {
        this.calls.push(call);
        const answered = this.#answer(call);
        if (answered === "break the connection") {
          request.socket.destroy();
        } else if ("result" in answered) {
          response.end(JSON.stringify({ result: { data: superjson.serialize(answered.result) } }));
        } else if ("bytes" in answered) {
          response.writeHead(answered.status).end(answered.bytes);
        } else {
          const { code, status, update, retryAfterMs } = answered;
          const error = { json: { message: `refused: ${code}`, data: { code2: code, update, retryAfterMs } } };
          response.writeHead(status).end(JSON.stringify({ code, message: `refused: ${code}`, retryAfterMs, error }));
        }
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function readCall(request: IncomingMessage): Promise<FakeCall> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const url = new URL(request.url ?? "", "http://portal");
  const isControl = url.pathname.startsWith("/api/trpc/");
  const text = request.method === "GET" ? (url.searchParams.get("input") ?? "{}") : body.toString();
  return {
    procedure: isControl ? url.pathname.slice("/api/trpc/".length) : url.pathname,
    input: isControl ? JSON.parse(text || "{}").json : undefined,
    body,
    authorization: request.headers.authorization ?? "",
  };
}
