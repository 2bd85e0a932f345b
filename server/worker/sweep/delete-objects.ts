import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { DeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";

/** Objects deleted at a time, over all zones. */
const PARALLEL_DELETES = 4;

/** Deletes these objects in every zone, in which what is absent counts as deleted. Null when all zones have answered so. */
export async function deleteObjects(
  { zones }: Pick<DomainDeps, "zones">,
  objectKeys: readonly string[],
): Promise<DeletionHold | null> {
  const left = zones
    .all()
    .flatMap((handle) => objectKeys.map((objectKey) => ({ zone: tieredZone(handle), objectKey })));
  let failure: DeletionHold | null = null;
  const work = async () => {
    for (let next = left.shift(); next && failure === null; next = left.shift()) {
      const { zone, objectKey } = next;
      try {
        await zone.delete(objectKey);
      } catch (error) {
        if (!(error instanceof ZoneError)) throw error;
        const code = error.code === "locked" ? "zone_locked" : "zone_away";
        failure = { code, detail: `${zone.zoneId}: ${error.code}` };
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: PARALLEL_DELETES }, work));
  for (const result of ended) if (result.status === "rejected") throw result.reason;
  return failure;
}
