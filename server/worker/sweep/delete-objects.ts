import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { DeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { tieredZone } from "../../domain/zone/tiered-zone.ts";

/** Objects deleted at a time, over all zones. */
const PARALLEL_DELETES = 4;

export interface DeletedEverywhere {
  /** Null when all zones have answered; with a failure nothing counts as deleted. */
  readonly failure: DeletionHold | null;
  /** Keys that a zone keeps for longer than the database knows: they stay to be deleted, and keep nothing else. */
  readonly kept: ReadonlySet<string>;
}

export function keptByZone(objects: number): DeletionHold {
  return { code: "zone_locked", detail: `${objects} objects are locked for longer than is recorded` };
}

/** Deletes these objects in every zone, in which what is absent counts as deleted. */
export async function deleteObjects(
  { zones }: Pick<DomainDeps, "zones">,
  objectKeys: readonly string[],
): Promise<DeletedEverywhere> {
  const left = zones
    .all()
    .flatMap((handle) => objectKeys.map((objectKey) => ({ zone: tieredZone(handle), objectKey })));
  let failure: DeletionHold | null = null;
  const kept = new Set<string>();
  const work = async () => {
    for (let next = left.shift(); next && failure === null; next = left.shift()) {
      const { zone, objectKey } = next;
      try {
        await zone.delete(objectKey);
      } catch (error) {
        if (!(error instanceof ZoneError)) throw error;
        if (error.code === "locked") kept.add(objectKey);
        else failure = { code: "zone_away", detail: `${zone.zoneId}: ${error.code}` };
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: PARALLEL_DELETES }, work));
  for (const result of ended) if (result.status === "rejected") throw result.reason;
  return { failure, kept };
}
