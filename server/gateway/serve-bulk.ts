import type { IncomingMessage, ServerResponse } from "node:http";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { type BulkClaims, BulkTokenError, verifyBulkToken } from "../auth/bulk-token.ts";
import { matchRoute, wrongKind } from "./bulk-routes.ts";
import { asksFirst, type GatewayContext } from "./exchange.ts";
import { ClientGoneError, GatewayError, sendError, toGatewayError } from "./gateway-error.ts";

/** Bulk requests under way at a time: each may hold a few pieces of 1 MiB, which bounds the memory of reads. */
const MAX_REQUESTS = 96;
/** Packs under way or waiting for a room, which costs a socket: more than all places to wait. Counted apart, so that those of slow companies keep no reader out. */
const MAX_UPLOADS = 384;
/** Of one token's owner; an agent uses about 6, a browser 6, the restore command 16. */
const MAX_REQUESTS_PER_OWNER = 32;
/** Requests of one owner per second, on the average of 10 s: a fast restore makes about 1,500. */
const OWNER_POINTS = { points: 30_000, duration: 10 };
/** Forged tokens from one address per minute; each costs an HMAC, and nobody has one by accident. */
const FORGED_POINTS = { points: 120, duration: 60 };

export interface BulkServer {
  serve(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams): Promise<void>;
}

/** Everything under /bulk/: token, limits, route, handler, and one way of answering what went wrong. */
export function createBulkServer(context: GatewayContext, secret: Uint8Array): BulkServer {
  const perOwner = new RateLimiterMemory(OWNER_POINTS);
  const forged = new RateLimiterMemory(FORGED_POINTS);
  const underWay = new Map<string, number>();
  const totals = { reads: 0, uploads: 0 };

  async function authenticate(request: IncomingMessage): Promise<BulkClaims> {
    const address = request.socket.remoteAddress ?? "unknown";
    const refused = await forged.get(address);
    if (refused !== null && refused.remainingPoints <= 0) throw tooMany(refused);
    const token = /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new GatewayError("bulk_token_invalid", "send a bulk token of the portal as Bearer");
    try {
      return verifyBulkToken(secret, token, new Date());
    } catch (error) {
      const isForged = error instanceof BulkTokenError && error.code === "bulk_token_invalid";
      if (isForged) await forged.consume(address).catch(() => undefined);
      throw error;
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams) {
    const claims = await authenticate(request);
    const { route, params } = matchRoute(request.method ?? "", path);
    if (route.allows !== claims.kind) throw wrongKind();
    const owner = claims.kind === "run" ? claims.agentId : claims.personId;
    await perOwner.consume(owner).catch((refusal: unknown) => {
      throw refusal instanceof RateLimiterRes ? tooMany(refusal) : refusal;
    });
    const ofOwner = underWay.get(owner) ?? 0;
    const sort = route.isUpload ? "uploads" : "reads";
    if (totals[sort] >= (route.isUpload ? MAX_UPLOADS : MAX_REQUESTS) || ofOwner >= MAX_REQUESTS_PER_OWNER)
      throw crowded();
    const abort = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) abort.abort(new ClientGoneError("the client went away"));
    });
    if (asksFirst(request) && !route.isUpload) response.writeContinue();
    totals[sort] += 1;
    underWay.set(owner, ofOwner + 1);
    try {
      await route.handle({ context, request, response, claims, params, query, signal: abort.signal });
    } finally {
      totals[sort] -= 1;
      const left = (underWay.get(owner) ?? 1) - 1;
      if (left > 0) underWay.set(owner, left);
      else underWay.delete(owner);
    }
  }

  return {
    async serve(request, response, path, query) {
      try {
        await handle(request, response, path, query);
      } catch (error) {
        answerFailure(context, { request, response, path, error });
      }
    },
  };
}

interface Failure {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly error: unknown;
}

function answerFailure({ log }: GatewayContext, { request, response, path, error }: Failure): void {
  if (error instanceof ClientGoneError || request.socket.destroyed) {
    log.debug({ path }, "the client went away");
    response.destroy();
    return;
  }
  const refusal = toGatewayError(error);
  const line = { path, method: request.method, code: refusal.code };
  if (refusal.code === "internal") log.error({ ...line, err: error }, "a bulk request failed");
  else log.info(line, "a bulk request was refused");
  sendError(request, response, refusal);
}

function tooMany(refusal: RateLimiterRes): GatewayError {
  const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
  return new GatewayError("rate_limited", "too many requests; go on more slowly", { retryAfterSeconds });
}

function crowded(): GatewayError {
  return new GatewayError("rate_limited", "too many requests at once; wait for some to end", { retryAfterSeconds: 1 });
}
