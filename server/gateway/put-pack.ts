import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { toHex } from "../../engine/codec/hex.ts";
import { parsePackDirectory } from "../../engine/format/pack-index.ts";
import type { RunClaims } from "../auth/bulk-token.ts";
import { recordPack, requireOwnSlots } from "../domain/pack/record-pack.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { putOrReplaceBad } from "../zones/put-or-replace-bad.ts";
import { type Exchange, sendJson } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { readBody, requireContentLength } from "./read-body.ts";

/**
 * Takes one pack. The order is the safety argument: the whole body with its hash checked, its directory understood, the object
 * durable in the run's zone, then the rows. Whatever fails before the zone leaves nothing; whatever fails after it leaves an object that
 * nothing refers to, and the same request repeated finishes the work.
 */
export async function putPack(exchange: Exchange<RunClaims>): Promise<void> {
  const { context, request, claims } = exchange;
  const packId = exchange.params.packId ?? "";
  const sizeBytes = requireContentLength(request, PACK_MAX_BYTES);
  await requireNameFree(exchange, packId);
  const room = await context.uploads.enter(claims.companyId, exchange.signal);
  try {
    const pack = await receivePack(exchange, packId, room.buffer.subarray(0, sizeBytes));
    // Copies what it keeps: the room is used again.
    const index = parsePackDirectory(pack);
    await requireOwnSlots(context.deps, claims, index);
    const zone = context.deps.zones.find(claims.zoneId);
    if (!zone) throw new GatewayError("zone_unreachable", `${claims.zoneId} is not a zone of this service`);
    const key = packObjectKey(claims.companyId, { packKind: index.packKind, packId, tier: "backup" });
    await putOrReplaceBad({ zone: zone.backup, key, parts: [pack] });
    const { isNew } = await recordPack(context.deps, claims, { packId, sizeBytes, index });
    sendJson(exchange.response, isNew ? 201 : 200, { packId, isNew });
  } finally {
    room.release();
  }
}

/** A name that is being deleted or is gone must not come back, so it is refused before the zone sees it. */
async function requireNameFree({ context, claims }: Exchange<RunClaims>, packId: string): Promise<void> {
  const known = await context.deps.store.findPack(claims.companyId, packId);
  if (known && (known.state === "deleting" || known.state === "gone")) {
    throw new GatewayError("pack_refused", "a pack of this name was deleted: seal its chunks again, under a new name");
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
