import type { ByteParts, Primitives } from "../../engine/ports/primitives.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { findPromisedHash } from "./object-key.ts";

export interface GoodCopy {
  readonly zone: Zone;
  readonly primitives: Primitives;
  readonly key: string;
  /** Hex; the hash of `parts`, as the caller has checked. Left out for a content-named key, which promises it itself. */
  readonly sha256?: string;
  readonly parts: ByteParts;
}

/**
 * Stores a good copy. Where a copy of the same name exists with other bytes, one of the two lies; the stored one is read, and only if it
 * does not have the promised hash is it removed and replaced. This is the one way in which a backup object is replaced.
 * @throws ZoneError `exists` when the stored copy is good and ours is not
 */
export async function putOrReplaceBad({
  zone,
  primitives,
  key,
  parts,
  sha256,
}: GoodCopy): Promise<"stored" | "replaced"> {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  try {
    await zone.put(key, parts, sizeBytes);
    return "stored";
  } catch (error) {
    if (!(error instanceof ZoneError) || error.code !== "exists") throw error;
    const promised = sha256 ?? findPromisedHash(key);
    if (promised === null || (await hashOf(zone, primitives, key)) === promised) throw error;
  }
  await zone.delete(key);
  await zone.put(key, parts, sizeBytes);
  return "replaced";
}

async function hashOf(zone: Zone, primitives: Primitives, key: string): Promise<string> {
  const hash = primitives.sha256Start();
  try {
    for await (const piece of await zone.get(key)) hash.update(piece);
  } catch (error) {
    // A copy that cannot be read is as bad as one that reads wrong; one that vanished meanwhile as well.
    if (error instanceof ZoneError && (error.code === "damaged" || error.code === "not_found")) return error.code;
    throw error;
  }
  return Buffer.from(hash.digest()).toString("hex");
}
