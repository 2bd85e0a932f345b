import type { Primitives } from "../../engine/ports/primitives.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { findPromisedHash } from "./object-key.ts";

/**
 * Holds content-named objects to their names: a put of other bytes is `damaged`, and a whole object that is read ends with `damaged`
 * instead of its end when its bytes do not have the hash. Ranges and other keys pass as they are.
 */
export function withVerify(zone: Zone, primitives: Primitives): Zone {
  return {
    ...zone,
    async put(key, body, sizeBytes, options) {
      const promised = findPromisedHash(key);
      const sha256 = promised === null ? null : Uint8Array.from(Buffer.from(promised, "hex"));
      if (sha256 && options?.sha256 && !primitives.isEqual(sha256, options.sha256)) {
        throw new ZoneError("damaged", zone.zoneId, `${key}: the expected hash is not the one in the name`);
      }
      return zone.put(key, body, sizeBytes, sha256 ? { ...options, sha256 } : options);
    },
    async get(key, range, signal) {
      const body = await zone.get(key, range, signal);
      const promised = range === undefined ? findPromisedHash(key) : null;
      return promised === null ? body : verified({ zone, primitives, key, promised, body });
    },
  };
}

interface Verified {
  readonly zone: Zone;
  readonly primitives: Primitives;
  readonly key: string;
  readonly promised: string;
  readonly body: AsyncIterable<Uint8Array>;
}

async function* verified({ zone, primitives, key, promised, body }: Verified): AsyncGenerator<Uint8Array> {
  const hash = primitives.sha256Start();
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
  if (Buffer.from(hash.digest()).toString("hex") === promised) return;
  throw new ZoneError("damaged", zone.zoneId, `${key}: what is stored does not have the hash in its name`);
}
