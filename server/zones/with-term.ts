import type { Clock } from "../../engine/ports/clock.ts";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { readControlTerm } from "./control-term.ts";

/** For so long a look at the terms counts for a put: what is stored meanwhile under a history that has ended is still what its name says. */
const LOOK_MS = 5_000;

export interface TermGuard {
  /** Where the terms lie: the backup base of the zone. Left out: in the base itself. */
  readonly termsIn?: Zone;
  /** Of the history that this process writes. */
  readonly term: number;
  readonly clock: Pick<Clock, "now">;
}

/**
 * [Note: control terms] Lets nothing be written into a zone, or deleted from it, whose history went on under a higher control term: another service has taken
 * over, and this one came back. Deleting looks each time, storing every few seconds. Reading goes on. Outside tries and deadlines, so that
 * its own look has them, too.
 */
export function withTerm(zone: Zone, { term, clock, termsIn = zone }: TermGuard): Zone {
  let lookedMs = Number.NEGATIVE_INFINITY;

  async function requireTerm(maxAgeMs: number): Promise<void> {
    const nowMs = clock.now().getTime();
    if (nowMs - lookedMs < maxAgeMs) return;
    // A base of before there were terms has none.
    const highest = await readControlTerm(termsIn);
    if (highest !== null && highest > term) {
      const message = `the zone's history went on under term ${highest}, and this service writes term ${term}: it was taken over from, stop it`;
      throw new ZoneError("read_only", zone.zoneId, message);
    }
    lookedMs = nowMs;
  }

  return {
    zoneId: zone.zoneId,
    async put(key, body, sizeBytes, options) {
      await requireTerm(LOOK_MS);
      await zone.put(key, body, sizeBytes, options);
    },
    async replaceBad(key, body, options) {
      await requireTerm(LOOK_MS);
      return zone.replaceBad(key, body, options);
    },
    get: (key, range, signal) => zone.get(key, range, signal),
    find: (key) => zone.find(key),
    list: (prefix, options) => zone.list(prefix, options),
    async delete(key) {
      await requireTerm(0);
      await zone.delete(key);
    },
    async lock(key, until) {
      await requireTerm(LOOK_MS);
      return zone.lock(key, until);
    },
    findLock: (key) => zone.findLock(key),
  };
}
