import { z } from "zod";
import type { Randomness } from "../../engine/ports/randomness.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";

/** Where a base says who it is; written once, never replaced by a program on its own. */
export const IDENTITY_KEY = "control/zone";
/** Bytes; ours have about 150. */
export const MAX_IDENTITY_BYTES = 4_096;

export type ZoneBase = "backup" | "archive";

const Identity = z.object({
  v: z.literal(1),
  type: z.literal("zone"),
  zoneId: z.string().regex(/^[a-z0-9-]{1,32}$/),
  base: z.enum(["backup", "archive"]),
  identity: z.string().regex(/^[0-9a-f]{32}$/),
});

export type ZoneIdentity = z.infer<typeof Identity>;

/** @throws ZoneError `identity_mismatch` when the bytes are not an identity */
export function parseZoneIdentity(zoneId: string, bytes: Uint8Array): ZoneIdentity {
  try {
    return Identity.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new ZoneError("identity_mismatch", zoneId, `${IDENTITY_KEY} cannot be understood`, { cause });
  }
}

export function encodeZoneIdentity(identity: ZoneIdentity): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(identity)}\n`);
}

export function newZoneIdentity(zoneId: string, base: ZoneBase, randomness: Randomness): ZoneIdentity {
  return Identity.parse({ v: 1, type: "zone", zoneId, base, identity: hex(randomness.bytes(16)) });
}

/** Reads who a base says it is, through the port. @throws ZoneError as the zone does */
export async function readZoneIdentity(zone: Zone): Promise<ZoneIdentity> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await zone.get(IDENTITY_KEY)) pieces.push(piece);
  return parseZoneIdentity(zone.zoneId, Buffer.concat(pieces));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
