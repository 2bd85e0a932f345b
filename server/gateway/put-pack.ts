import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { concatBytes, toHex } from "../../engine/codec/hex.ts";
import {
  PACK_FOOTER_SIZE_BYTES,
  PACK_HEADER_SIZE_BYTES,
  type PackIndex,
  parsePackFooter,
  parsePackHeader,
  parsePackIndex,
} from "../../engine/format/pack-index.ts";
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
  if (sizeBytes < PACK_HEADER_SIZE_BYTES + PACK_FOOTER_SIZE_BYTES) {
    throw new GatewayError("pack_invalid", "no pack is so short");
  }
  await requireNameFree(exchange, packId);
  const release = await context.uploads.reserve(claims.companyId, sizeBytes);
  try {
    const parts = await receivePack(exchange, packId, sizeBytes);
    const index = parseIndex(parts, sizeBytes);
    await requireOwnSlots(context.deps, claims, index);
    const zone = context.deps.zones.find(claims.zoneId);
    if (!zone) throw new GatewayError("zone_unreachable", `${claims.zoneId} is not a zone of this service`);
    const objectKey = packObjectKey(claims.companyId, index.packKind, packId);
    await putOrReplaceBad({ zone: zone.backup, primitives: context.deps.primitives, key: objectKey, parts });
    const { isNew } = await recordPack(context.deps, claims, { packId, sizeBytes, index });
    sendJson(exchange.response, isNew ? 201 : 200, { packId, isNew });
  } finally {
    release();
  }
}

/** A name that is being deleted or is gone must not come back, so it is refused before the zone sees it. */
async function requireNameFree({ context, claims }: Exchange<RunClaims>, packId: string): Promise<void> {
  const known = await context.deps.store.findPack(claims.companyId, packId);
  if (known && (known.state === "deleting" || known.state === "gone")) {
    throw new GatewayError("pack_refused", "a pack of this name was deleted: seal its chunks again, under a new name");
  }
}

async function receivePack(exchange: Exchange, packId: string, sizeBytes: number): Promise<Uint8Array[]> {
  const hash = exchange.context.deps.primitives.sha256Start();
  const parts = await readBody(exchange.request, hash);
  const received = parts.reduce((sum, part) => sum + part.length, 0);
  if (received !== sizeBytes || toHex(hash.digest()) !== packId) {
    throw new GatewayError("hash_mismatch", "the bytes that arrived are not the pack of this name: send it again");
  }
  return parts;
}

/** Only the index is brought together; the frames stay in the pieces in which they came. */
function parseIndex(parts: readonly Uint8Array[], sizeBytes: number): PackIndex {
  const header = parsePackHeader(cut(parts, 0, PACK_HEADER_SIZE_BYTES));
  const footerAt = sizeBytes - PACK_FOOTER_SIZE_BYTES;
  const footer = parsePackFooter(cut(parts, footerAt, PACK_FOOTER_SIZE_BYTES), sizeBytes);
  const framesAt = PACK_HEADER_SIZE_BYTES + header.keyTableSizeBytes;
  if (framesAt > footer.directoryOffset) throw new GatewayError("pack_invalid", "the key table overlaps the directory");
  const tailSizeBytes = sizeBytes - footer.directoryOffset;
  return parsePackIndex(concatBytes(cut(parts, 0, framesAt), cut(parts, footer.directoryOffset, tailSizeBytes)));
}

/** A contiguous copy of a range of bytes that lie in pieces. */
function cut(parts: readonly Uint8Array[], offset: number, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes);
  let partAt = 0;
  for (const part of parts) {
    const from = Math.max(offset - partAt, 0);
    const to = Math.min(offset + sizeBytes - partAt, part.length);
    if (from < to) out.set(part.subarray(from, to), partAt + from - offset);
    partAt += part.length;
  }
  return out;
}
