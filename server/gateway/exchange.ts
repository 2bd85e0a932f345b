import type { IncomingMessage, ServerResponse } from "node:http";
import type { RateLimiterMemory } from "rate-limiter-flexible";
import type { BulkClaims } from "../auth/bulk-token.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import type { Logger } from "../platform/log.ts";
import type { OpenZoneSet } from "../zones/open-zones.ts";
import type { BadCopies } from "./bad-copies.ts";
import type { CompanyBandwidths } from "./company-bandwidths.ts";
import { ClientGoneError } from "./gateway-error.ts";
import type { PackRows } from "./pack-rows.ts";
import type { UploadRooms } from "./upload-rooms.ts";
import type { ZoneReads } from "./zone-reads.ts";

/** What the handlers of one gateway share. */
export interface GatewayContext {
  readonly deps: DomainDeps & { readonly zones: OpenZoneSet };
  readonly reads: ZoneReads;
  readonly packRows: PackRows;
  readonly badCopies: BadCopies;
  readonly uploads: UploadRooms;
  /** For packs of companies whose bandwidth is limited now. */
  readonly limitedUploads: UploadRooms;
  readonly bandwidths: CompanyBandwidths;
  /** Ids asked about, per agent: bounds how fast an agent can probe what the company holds. */
  readonly askedIds: RateLimiterMemory;
  readonly log: Logger;
}

/** One request under way. */
export interface Exchange<Claims extends BulkClaims = BulkClaims> {
  readonly context: GatewayContext;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly claims: Claims;
  /** The named parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** Whether the sender waits with its body until it is told to go on: a refusal then costs its line nothing. */
export function asksFirst({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === "100-continue";
}

const NO_STORE = { "cache-control": "no-store" };

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBytes(response, status, Buffer.from(JSON.stringify(value)), { "content-type": "application/json" });
}

export function sendBytes(
  response: ServerResponse,
  status: number,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/octet-stream",
    ...NO_STORE,
    ...headers,
    "content-length": bytes.length,
  });
  response.end(bytes);
}

/**
 * Sends pieces as they come and waits while the client is slower. While one piece is on its way the next is read, and no piece is
 * asked for before the last but one has left, because its memory is used again.
 * @throws ClientGoneError, and what the body throws
 */
export async function sendStream(exchange: Exchange, body: AsyncIterable<Uint8Array>): Promise<void> {
  const { response } = exchange;
  let before = Promise.resolve();
  for await (const piece of body) {
    const leaving = write(response, piece);
    await before;
    before = leaving;
  }
  await before;
  response.end();
}

function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  const written = new Promise<void>((resolve, reject) => {
    const gone = () => reject(new ClientGoneError("the client ended the download"));
    if (response.destroyed) gone();
    response.once("close", gone);
    response.write(piece, (error) => {
      response.off("close", gone);
      if (error) gone();
      else resolve();
    });
  });
  // Awaited one piece later; until then nobody listens.
  written.catch(() => undefined);
  return written;
}
