import type { Zone } from "../../../engine/ports/zone.ts";
import { ARCHIVE_PREFIX } from "./object-keys.ts";
import type { ZoneHandle } from "./zone-set.ts";

/**
 * Both bases of a zone behind one set of keys: those that begin with `archive/` lie in the archive base, without it, all others in the
 * backup base. So whoever copies, reads again, heals or deletes objects need not know what is frozen.
 */
export function tieredZone({ zoneId, backup, archive }: Pick<ZoneHandle, "zoneId" | "backup" | "archive">): Zone {
  const baseOf = (key: string) => (isArchived(key) ? archive : backup);
  return {
    zoneId,
    put: (key, body, sizeBytes, options) => baseOf(key).put(keyInBase(key), body, sizeBytes, options),
    replaceBad: (key, body, options) => baseOf(key).replaceBad(keyInBase(key), body, options),
    get: (key, range, signal) => baseOf(key).get(keyInBase(key), range, signal),
    async find(key) {
      const found = await baseOf(key).find(keyInBase(key));
      return found && { ...found, key };
    },
    async list(prefix, { after, limit }) {
      const inBase = { limit, ...(after !== undefined && { after: keyInBase(after) }) };
      const found = await baseOf(prefix).list(keyInBase(prefix), inBase);
      return isArchived(prefix) ? found.map((info) => ({ ...info, key: ARCHIVE_PREFIX + info.key })) : found;
    },
    delete: (key) => baseOf(key).delete(keyInBase(key)),
    lock: (key, until) => baseOf(key).lock(keyInBase(key), until),
    findLock: (key) => baseOf(key).findLock(keyInBase(key)),
  };
}

export function isArchived(key: string): boolean {
  return key.startsWith(ARCHIVE_PREFIX);
}

/** The key as the base itself has it. */
export function keyInBase(key: string): string {
  return isArchived(key) ? key.slice(ARCHIVE_PREFIX.length) : key;
}
