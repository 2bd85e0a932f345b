import { RateLimiterRes } from "rate-limiter-flexible";
import { CHUNK_IDS_MAX_COUNT, COPIES_IDS_MAX_COUNT } from "../../contracts/limits.ts";
import type { ChunkKind } from "../../engine/ports/chunk-index.ts";
import type { RestoreClaims, RunClaims } from "../auth/bulk-token.ts";
import { knownChunks as answerKnownChunks } from "../domain/chunk/known-chunks.ts";
import {
  locateChunks as answerLocateChunks,
  locateCopies as answerLocateCopies,
} from "../domain/chunk/locate-chunks.ts";
import { type Exchange, sendBytes, sendJson } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { readBody, requireContentLength } from "./read-body.ts";

const ID_BYTES = 32;
/** The one key scope of version 1. */
const SCOPE = 0;

export async function knownChunks(exchange: Exchange<RunClaims>): Promise<void> {
  const kind = parseKind(exchange.query.get("kind"));
  const ids = await readIds(exchange);
  await countIds(exchange, exchange.claims.agentId, ids.length);
  const bits = await answerKnownChunks(exchange.context.deps, exchange.claims, kind, ids);
  sendBytes(exchange.response, 200, bits);
}

export async function locateChunks(exchange: Exchange<RestoreClaims>): Promise<void> {
  const ids = await readIds(exchange);
  const found = await answerLocateChunks(exchange.context.deps, exchange.claims.companyId, SCOPE, ids);
  sendJson(exchange.response, 200, found);
}

export async function locateCopies(exchange: Exchange<RestoreClaims>): Promise<void> {
  const ids = await readIds(exchange, COPIES_IDS_MAX_COUNT);
  const found = await answerLocateCopies(exchange.context.deps, exchange.claims.companyId, SCOPE, ids);
  sendJson(exchange.response, 200, found);
}

function parseKind(text: string | null): ChunkKind {
  if (text === "1") return 1;
  if (text === "2") return 2;
  if (text === "3") return 3;
  throw new GatewayError("bad_input", "kind has to be 1, 2 or 3");
}

async function readIds({ request }: Exchange, maxCount = CHUNK_IDS_MAX_COUNT): Promise<Uint8Array[]> {
  const sizeBytes = requireContentLength(request, maxCount * ID_BYTES);
  if (sizeBytes === 0 || sizeBytes % ID_BYTES !== 0) {
    throw new GatewayError("bad_input", `the body has to be 1 to ${maxCount} ids of ${ID_BYTES} bytes`);
  }
  const bytes = await readBody(request, new Uint8Array(sizeBytes));
  return Array.from({ length: bytes.length / ID_BYTES }, (_, at) => bytes.subarray(at * ID_BYTES, (at + 1) * ID_BYTES));
}

async function countIds({ context }: Exchange, agentId: string, count: number): Promise<void> {
  try {
    await context.askedIds.consume(agentId, count);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    const message = "this agent asked about very many chunks within a minute; go on more slowly";
    throw new GatewayError("rate_limited", message, { retryAfterSeconds });
  }
}
