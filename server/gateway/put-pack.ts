import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { toHex } from "../../engine/codec/hex.ts";
import type { RunClaims } from "../auth/bulk-token.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { readBody, requireContentLength } from "./read-body.ts";
import { requireNameFree, storePack } from "./store-pack.ts";

/**
 * Takes one pack. The order is the safety argument: the whole body with its hash checked, its directory understood, the object
 * durable in the run's zone, then the rows. Whatever fails before the zone leaves nothing; whatever fails after it leaves an object that
 * nothing refers to, and the same request repeated finishes the work.
 */
export async function putPack(exchange: Exchange<RunClaims>): Promise<void> {
  const { context, request, claims } = exchange;
  const packId = exchange.params.packId ?? "";
  const sizeBytes = requireContentLength(request, PACK_MAX_BYTES);
  await requireNameFree(context.deps, claims.companyId, packId);
  const room = await context.uploads.enter(claims.companyId, exchange.signal);
  try {
    const pack = await receivePack(exchange, packId, room.buffer.subarray(0, sizeBytes));
    // Copies what it keeps: the room is used again.
    const { isNew } = await storePack(context.deps, claims, { packId, bytes: pack });
    sendJson(exchange.response, isNew ? 201 : 200, { packId, isNew });
  } finally {
    room.release();
  }
}

async function receivePack(exchange: Exchange, packId: string, into: Uint8Array): Promise<Uint8Array> {
  const hash = exchange.context.deps.primitives.sha256Start();
  const pack = await readBody(exchange.request, into, hash);
  if (pack.length !== into.length || toHex(hash.digest()) !== packId) {
    throw new GatewayError("hash_mismatch", "the bytes that arrived are not the pack of this name: send it again");
  }
  return pack;
}
