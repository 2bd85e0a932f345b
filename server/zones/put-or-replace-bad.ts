import { fromHex } from "../../engine/codec/hex.ts";
import type { ByteParts } from "../../engine/ports/primitives.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { findPromisedHash } from "./object-key.ts";

export interface GoodCopy {
  readonly zone: Zone;
  readonly key: string;
  /** Hex; the hash of `parts`, as the caller has checked. Left out for a content-named key, which promises it itself. */
  readonly sha256?: string;
  readonly parts: ByteParts;
}

/**
 * Stores a good copy. Where a copy of the same name exists with other bytes, one of the two lies; the zone reads the stored one, and only
 * if it does not have the promised hash is it replaced, as [Note: healing] says. No other way replaces a backup object.
 * @throws ZoneError `exists` when no hash is known, `damaged` when ours is the one that lies
 */
export async function putOrReplaceBad({ zone, key, parts, sha256 }: GoodCopy): Promise<"stored" | "replaced"> {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  try {
    await zone.put(key, parts, sizeBytes);
    return "stored";
  } catch (error) {
    if (!(error instanceof ZoneError) || error.code !== "exists") throw error;
    const promised = sha256 ?? findPromisedHash(key);
    if (promised === null) throw error;
    // Somebody else may have healed it since.
    const outcome = await zone.replaceBad(key, parts, { sha256: fromHex(promised) });
    return outcome === "replaced" ? "replaced" : "stored";
  }
}
