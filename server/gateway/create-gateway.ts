import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { AGENT_DOWNLOADS } from "../../contracts/agent-release.ts";
import { PACK_MAX_BYTES, PACK_PATIENCE_MS } from "../../contracts/limits.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import { badCopyCodeOf } from "../domain/zone/bad-copy-code.ts";
import { systemClock } from "../platform/clock.ts";
import type { Logger } from "../platform/log.ts";
import type { OpenZoneSet } from "../zones/open-zones.ts";
import { BadCopies } from "./bad-copies.ts";
import { CompanyBandwidths } from "./company-bandwidths.ts";
import type { GatewayContext } from "./exchange.ts";
import { PackRows } from "./pack-rows.ts";
import { PortalProxy } from "./portal-proxy.ts";
import { createAgentServer } from "./serve-agents.ts";
import { createBulkServer } from "./serve-bulk.ts";
import { UploadRooms } from "./upload-rooms.ts";
import { ZoneReads } from "./zone-reads.ts";

/** Uploads at a time, each in a buffer of 32 MiB; with 96 reads of a few MiB this process stays under 640 MiB at any size, and under 1 GiB with limited ones. */
const UPLOADS = {
  roomBytes: PACK_MAX_BYTES,
  rooms: 8,
  roomsPerCompany: 5,
  waitMs: 20_000,
  maxWaiting: 64,
  maxWaitingPerCompany: 64,
  refusal: { code: "rate_limited", message: "many uploads are under way; send this one again", retryAfterSeconds: 2 },
} as const;
/**
 * The same for companies with a bandwidth limit, whose packs take minutes each: 384 MiB more while so many upload. Who waits holds a socket, and comes
 * back without having sent anything.
 */
const LIMITED_UPLOADS = {
  ...UPLOADS,
  rooms: 12,
  roomsPerCompany: 4,
  maxWaiting: 256,
  maxWaitingPerCompany: 8,
  refusal: {
    code: "bandwidth_limited",
    message: "the company's bandwidth limit leaves no room for this now; it is this one's turn later",
    retryAfterSeconds: 5,
  },
} as const;
/** Ids an agent may ask about per minute: 400 full questions, more than a first backup on a fast disk needs. */
const ASKED_IDS = { points: 4_000_000, duration: 60 };
/** Until all headers are there; slower senders only hold sockets. */
const HEADERS_MS = 15_000;
/** Longer than the proxies in front of us keep theirs. */
const KEEP_ALIVE_MS = 75_000;
/** Bytes of all headers of a request; cookies of next-auth take up to 8 KiB. */
const MAX_HEADER_BYTES = 32 * 1024;
const MAX_CONNECTIONS = 4_000;
/** What a request under way may take when the gateway stops. */
const DRAIN_MS = 10_000;

export interface GatewayOptions {
  readonly deps: DomainDeps & { readonly zones: OpenZoneSet };
  /** Signs bulk tokens. */
  readonly secret: Uint8Array;
  readonly portalAddress: string;
  readonly publicUrl: string;
  /** Where archives of the agent lie; null: none are served. */
  readonly agentsFolder: string | null;
  readonly log: Logger;
  /** By which bandwidth limits are kept; the machine's own unless a test turns another. */
  readonly clock?: Clock;
}

export interface Gateway {
  readonly server: Server;
  /** Resolves with the port; 0 takes a free one. */
  listen(port: number, host?: string): Promise<number>;
  /** Takes no more, lets requests under way end (10 s), then cuts. */
  close(): Promise<void>;
}

/** The front door: bulk requests are served here, everything else goes to the portal. */
export function createGateway(options: GatewayOptions): Gateway {
  const { deps, log } = options;
  const packRows = new PackRows(deps.store);
  const badCopies = new BadCopies({ store: deps.store, packRows, log });
  const context: GatewayContext = {
    deps,
    log,
    reads: new ZoneReads(deps.zones, ({ read, zoneId, error }) => {
      log.warn({ zoneId, code: error instanceof ZoneError ? error.code : "unknown" }, "a zone could not serve a read");
      const code = badCopyCodeOf(error);
      if (code !== null) badCopies.note({ companyId: read.companyId, name: read.name, zoneId, code });
    }),
    packRows,
    badCopies,
    uploads: new UploadRooms(UPLOADS),
    limitedUploads: new UploadRooms(LIMITED_UPLOADS),
    bandwidths: new CompanyBandwidths({ store: deps.store, clock: options.clock ?? systemClock, log }),
    askedIds: new RateLimiterMemory(ASKED_IDS),
  };
  const bulk = createBulkServer(context, options.secret);
  const portal = new PortalProxy(options);
  const agents = createAgentServer(options);

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
    if (path.startsWith("/bulk/")) void bulk.serve(request, response, path, new URLSearchParams(query));
    else if (path === "/healthz") sendHealth(response);
    else if (path.startsWith(`${AGENT_DOWNLOADS}/`)) void agents.serve(request, response, path);
    else portal.forward(request, response);
  };
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: PACK_PATIENCE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    serve,
  );
  // Who asks before it sends a body is told to go on; where a bulk request goes, the route says when.
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith("/bulk/")) response.writeContinue();
    serve(request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.startsWith("/bulk/")) socket.destroy();
    else portal.upgrade(request, socket, head);
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else socket.destroy();
  });
  return {
    server,
    listen: (port, host) => listen(server, port, host),
    async close() {
      await close(server, portal);
      await badCopies.settled();
    },
  };
}

/** Says that this process serves; which zones do stands in the portal, from the worker's probes. */
function sendHealth(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end('{"process":"gateway"}');
}

function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", reject);
      resolve(parseAddress(server.address()).port);
    });
  });
}

function parseAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("the gateway listens on no port");
  return address;
}

async function close(server: Server, portal: { close(): void }): Promise<void> {
  const isClosed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  portal.close();
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await isClosed;
  clearTimeout(cut);
}
