import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import superjson from "superjson";

/** A hostile server between a client and the product: it changes what one procedure answers, or answers with something else. */
export interface AlteringProxy {
  readonly url: string;
  /** Null: everything passes as it is. */
  alteration: { readonly procedure: string; readonly alter: (answer: unknown) => unknown } | null;
  /** Where a request goes instead; null: where it was meant to. */
  substitution: ((address: string) => string) | null;
  /** How many answers were changed. */
  altered: number;
  close(): void;
}

type Envelope = { result?: { data?: Parameters<typeof superjson.deserialize>[0] } };

export async function startAlteringProxy(target: string): Promise<AlteringProxy> {
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    const options = { method: incoming.method ?? "GET", headers };
    const address = incoming.url ?? "/";
    const substitute = proxy.substitution?.(address) ?? address;
    if (substitute !== address) proxy.altered += 1;
    const upstream = httpRequest(new URL(substitute, target), options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const body = alterBody(proxy, address, Buffer.concat(parts));
        const { "transfer-encoding": _chunked, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, { ...rest, "content-length": body.length });
        outgoing.end(body);
      });
      answer.on("error", () => outgoing.destroy());
    });
    upstream.on("error", () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  const proxy: AlteringProxy = {
    url: await listen(server),
    alteration: null,
    substitution: null,
    altered: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Finds the procedure also within a batch, whose answers stand in the order of its names. */
function alterBody(proxy: AlteringProxy, url: string, body: Buffer): Buffer {
  const names = /^\/api\/trpc\/([^?]+)/.exec(url)?.[1]?.split(",") ?? [];
  const { alteration } = proxy;
  const at = alteration === null ? -1 : names.indexOf(alteration.procedure);
  if (alteration === null || at < 0) return body;
  const answer = JSON.parse(body.toString()) as Envelope | Envelope[];
  const envelope = Array.isArray(answer) ? answer[at] : answer;
  if (!envelope?.result?.data) return body;
  envelope.result.data = superjson.serialize(alteration.alter(superjson.deserialize(envelope.result.data)));
  proxy.altered += 1;
  return Buffer.from(JSON.stringify(answer));
}
