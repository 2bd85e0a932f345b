import type { ByteParts, Primitives } from "../../engine/ports/primitives.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { findPromisedHash, parseObjectKey } from "./object-key.ts";

export interface Replacement {
  readonly zoneId: string;
  readonly primitives: Primitives;
  readonly key: string;
  readonly body: ByteParts;
  readonly sha256: Uint8Array;
}

/**
 * What has to be true of every replacement before the stored copy is looked at. See [Note: healing].
 * @returns the parts of the key
 * @throws ZoneError `invalid_key`, `damaged`
 */
export function requireReplaceable({ zoneId, primitives, key, body, sha256 }: Replacement): readonly string[] {
  const parts = parseObjectKey(zoneId, key);
  const promised = findPromisedHash(key);
  if (parts[0] === "control") throw new ZoneError("invalid_key", zoneId, `${key} is never replaced`);
  if (promised !== null && promised !== Buffer.from(sha256).toString("hex")) {
    throw new ZoneError("invalid_key", zoneId, `${key} promises another hash`);
  }
  if (!primitives.isEqual(primitives.sha256(...body), sha256)) {
    throw new ZoneError("damaged", zoneId, `${key}: the bytes do not have the hash`);
  }
  return parts;
}
