import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../domain-deps.ts";
import type { KeyObject } from "../store/account-store.ts";

/**
 * Key objects go the other way round than packs: the row first, because the database decides which statement has a
 * number, then every zone that can be reached, then the answer. A zone that fails is brought up to date by the worker,
 * from the bytes in the database.
 */
export async function putKeyObjects(
  { store, zones }: Pick<DomainDeps, "store" | "zones">,
  companyId: string,
  objects: readonly KeyObject[],
): Promise<void> {
  for (const zone of zones.all()) {
    const objectKeys: string[] = [];
    try {
      for (const { objectKey, bytes, hash } of objects) {
        await zone.backup.put(objectKey, [bytes], bytes.length, { sha256: hash });
        objectKeys.push(objectKey);
      }
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
    }
    if (objectKeys.length > 0) await store.recordPresence(companyId, zone.zoneId, { packIds: [], objectKeys });
  }
}

/** Before keys are accepted, some zone has to be there to keep them. @throws ZoneError `unreachable` */
export async function requireSomeZone({ zones }: Pick<DomainDeps, "zones">, companyId: string): Promise<void> {
  await zones.primaryFor(companyId);
}
