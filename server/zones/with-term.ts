import type { Zone } from "../../engine/ports/zone.ts";
import { LOOK_MS, type TermWatch } from "./term-watch.ts";

/**
 * Holds a base to [Note: control terms]. Deleting looks at this zone's term each time, storing every few seconds. Outside tries and deadlines,
 * because the watch asks the base inside, which has them.
 */
export function withTerm(zone: Zone, watch: TermWatch): Zone {
  const { zoneId } = zone;
  return {
    zoneId,
    async put(key, body, sizeBytes, options) {
      await watch.require(zoneId, LOOK_MS);
      await zone.put(key, body, sizeBytes, options);
    },
    async replaceBad(key, body, options) {
      await watch.require(zoneId, LOOK_MS);
      return zone.replaceBad(key, body, options);
    },
    get: (key, range, signal) => zone.get(key, range, signal),
    find: (key) => zone.find(key),
    list: (prefix, options) => zone.list(prefix, options),
    async delete(key) {
      await watch.require(zoneId, 0);
      await zone.delete(key);
    },
    async lock(key, until) {
      await watch.require(zoneId, LOOK_MS);
      return zone.lock(key, until);
    },
    findLock: (key) => zone.findLock(key),
  };
}
