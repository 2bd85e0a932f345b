import { PACK_MAX_BYTES } from "../../contracts/limits.ts";
import { BANDWIDTH_MIN_BYTES_PER_SECOND } from "../../contracts/schedules.ts";
import { toHex } from "../../engine/codec/hex.ts";
import type { RunClaims } from "../auth/bulk-token.ts";
import { asksFirst, type Exchange, sendJson } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { type Pace, readBody, requireContentLength } from "./read-body.ts";
import { requireNameFree, storePack } from "./store-pack.ts";
import type { UploadRoom } from "./upload-rooms.ts";

/** Uploads of one company that share its limit at a time: so many that a machine with a slow line does not hold up the others. */
const SHARERS = 4;
/** Who asked first has sent nothing yet, and asks again; an agent gives up a connection after two minutes without a word. */
const ASKED_WAIT_MS = 20_000;
/** Whose body is on its way already would send it again for nothing. With the 36 minutes of the slowest pack it stays within `PACK_PATIENCE_MS`. */
const HELD_WAIT_MS = 8 * 60_000;

/**
 * Takes one pack. The order is the safety argument: the whole body with its hash checked, its directory understood, the object
 * durable in the run's zone, then the rows. Whatever fails before the zone leaves nothing; whatever fails after it leaves an object that
 * nothing refers to, and the same request repeated finishes the work.
 */
export async function putPack(exchange: Exchange<RunClaims>): Promise<void> {
  const { context, request, response, claims } = exchange;
  const packId = exchange.params.packId ?? "";
  const sizeBytes = requireContentLength(request, PACK_MAX_BYTES);
  await requireNameFree(context.deps, claims.companyId, packId);
  const { room, pace } = await enterRoom(exchange);
  try {
    if (asksFirst(request)) response.writeContinue();
    const pack = await receivePack(exchange, { packId, into: room.buffer.subarray(0, sizeBytes), pace });
    // Copies what it keeps: the room is used again.
    const { isNew } = await storePack(context.deps, claims, { packId, bytes: pack });
    sendJson(response, isNew ? 201 : 200, { packId, isNew });
  } finally {
    room.release();
  }
}

/**
 * A place for the body. Uploads under a limit take minutes, so they have rooms of their own: otherwise a few companies with a limit would keep out
 * all others. What begins without a limit ends without one; that is at most the few packs which are under way when its hour begins.
 */
async function enterRoom({ context, request, claims, signal }: Exchange<RunClaims>): Promise<{
  readonly room: UploadRoom;
  readonly pace: Pace | undefined;
}> {
  const { companyId } = claims;
  const limit = await context.bandwidths.limitOf(companyId);
  if (limit === null) return { room: await context.uploads.enter(companyId, { signal }), pace: undefined };
  // Each of the sharers gets the least limit at least, which bounds how long a pack takes.
  const roomsOfCompany = Math.min(SHARERS, Math.max(1, Math.floor(limit / BANDWIDTH_MIN_BYTES_PER_SECOND)));
  const waitMs = asksFirst(request) ? ASKED_WAIT_MS : HELD_WAIT_MS;
  const room = await context.limitedUploads.enter(companyId, { signal, roomsOfCompany, waitMs });
  return { room, pace: (sizeBytes) => context.bandwidths.pace(companyId, sizeBytes, signal) };
}

interface Receipt {
  readonly packId: string;
  readonly into: Uint8Array;
  readonly pace: Pace | undefined;
}

async function receivePack({ context, request }: Exchange, { packId, into, pace }: Receipt): Promise<Uint8Array> {
  const hash = context.deps.primitives.sha256Start();
  const pack = await readBody(request, into, { hash, pace });
  if (pack.length !== into.length || toHex(hash.digest()) !== packId) {
    throw new GatewayError("hash_mismatch", "the bytes that arrived are not the pack of this name: send it again");
  }
  return pack;
}
