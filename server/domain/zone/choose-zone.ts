import type { DomainDeps } from "../domain-deps.ts";
import type { ZoneHandle } from "./zone-set.ts";

/**
 * Where a new run writes: the first zone that can be reached and that the worker could write to when it last tried. A zone that is full or read-only
 * shows its identity as ever, so being reached is not enough. Where the worker could write to none, the first that can be reached: it may have been
 * down for longer than they were.
 *
 * @throws ZoneError `unreachable` when there is none
 */
export async function chooseZone(
  { store, zones }: Pick<DomainDeps, "store" | "zones">,
  companyId: string,
): Promise<ZoneHandle> {
  const failing = (await store.listZones()).filter(({ state }) => state === "unreachable");
  return zones.primaryFor(
    companyId,
    failing.map(({ zoneId }) => zoneId),
  );
}
