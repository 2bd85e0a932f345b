import { parsePackDirectory } from "../../engine/format/pack-index.ts";
import type { DomainDeps } from "../domain/domain-deps.ts";
import { recordPack, requireOwnSlots } from "../domain/pack/record-pack.ts";
import type { RunIdentity } from "../domain/run/lease.ts";
import { packObjectKey } from "../domain/zone/object-keys.ts";
import { putOrReplaceBad } from "../zones/put-or-replace-bad.ts";
import { GatewayError } from "./gateway-error.ts";

export interface ReceivedPack {
  /** The hash of the bytes, as whoever received them has checked. */
  readonly packId: string;
  readonly bytes: Uint8Array;
}

/**
 * Stores one pack that arrived whole. The order is the safety argument (invariant 4): its directory understood, its slots the agent's own, the object
 * durable in the run's zone, then the rows. Copies what it keeps of the bytes. @throws DomainError, FormatError, GatewayError, ZoneError
 */
export async function storePack(
  deps: Pick<DomainDeps, "store" | "primitives" | "zones">,
  run: RunIdentity,
  { packId, bytes }: ReceivedPack,
): Promise<{ readonly isNew: boolean }> {
  const index = parsePackDirectory(bytes);
  await requireOwnSlots(deps, run, index);
  const zone = deps.zones.find(run.zoneId);
  if (!zone) throw new GatewayError("zone_unreachable", `${run.zoneId} is not a zone of this service`);
  const key = packObjectKey(run.companyId, { packKind: index.packKind, packId, tier: "backup" });
  await putOrReplaceBad({ zone: zone.backup, key, parts: [bytes] });
  return recordPack(deps, run, { packId, sizeBytes: bytes.length, index });
}

/** A name that is being deleted or is gone must not come back, so it is refused before the zone sees it. */
export async function requireNameFree(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  packId: string,
): Promise<void> {
  const known = await store.findPack(companyId, packId);
  if (known && (known.state === "deleting" || known.state === "gone")) {
    throw new GatewayError("pack_refused", "a pack of this name was deleted: seal its chunks again, under a new name");
  }
}
