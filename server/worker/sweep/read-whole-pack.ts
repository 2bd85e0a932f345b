import { concatBytes, toHex } from "../../../engine/codec/hex.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { PackRow } from "../../domain/store/pack-store.ts";
import { badCopyCodeOf } from "../../domain/zone/bad-copy-code.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";

/** Why a pack could not be read: every copy is bad, or a zone that may have a good one is away. */
export type PackProblem = "unreadable" | "zone_away";

/**
 * Reads a pack whole, from the first zone whose copy has the hash that is its name. A copy that is bad is marked. At most 32 MiB, and as much again for
 * a moment.
 */
export async function readWholePack(
  deps: Pick<DomainDeps, "store" | "zones" | "primitives">,
  companyId: string,
  pack: PackRow,
): Promise<Uint8Array | PackProblem> {
  const { packId } = pack;
  let isZoneAway = false;
  for (const handle of deps.zones.all()) {
    const { zoneId } = handle;
    const copy = pack.copies.find((each) => each.zoneId === zoneId);
    if (copy === undefined || copy.state === "missing") continue;
    const found = await readCopy(deps, tieredZone(handle), { companyId, pack });
    if (typeof found !== "string") return found;
    if (found === "zone_away") isZoneAway = true;
    // A suspect copy is being checked already, and each mark begins a closure generation.
    else if (copy.state === "present") {
      await deps.store.markCopy(companyId, zoneId, { packId, state: "suspect", code: found });
    }
  }
  return isZoneAway ? "zone_away" : "unreadable";
}

interface WantedPack {
  readonly companyId: string;
  readonly pack: Pick<PackRow, "packId" | "packKind" | "tier" | "sizeBytes">;
}

/** The bytes, `zone_away`, or the code of what is wrong with this copy. */
export async function readCopy(
  { primitives }: Pick<DomainDeps, "primitives">,
  zone: Zone,
  { companyId, pack }: WantedPack,
): Promise<Uint8Array | string> {
  try {
    const bytes = await collect(zone, packObjectKey(companyId, pack), pack.sizeBytes);
    return toHex(primitives.sha256(bytes)) === pack.packId ? bytes : "hash_mismatch";
  } catch (error) {
    if (error instanceof ZoneError) return badCopyCodeOf(error) ?? "zone_away";
    throw error;
  }
}

async function collect(zone: Zone, key: string, sizeBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of await zone.get(key)) {
    size += part.length;
    if (size > sizeBytes) throw new ZoneError("damaged", zone.zoneId, `${key} is longer than recorded`);
    parts.push(part);
  }
  return concatBytes(...parts);
}
