import { zoneIdSchema } from "../../contracts/ids.ts";
import type { ZoneCopy } from "../../contracts/snapshots.ts";
import type { Store } from "../domain/store/store.ts";
import type { Watermark, ZoneRow } from "../domain/store/zone-store.ts";

/** Answers where the copies of snapshots are, for the companies of one question. */
export interface CopyIndex {
  copiesOf(snapshot: { readonly companyId: string; readonly commit: number; readonly zoneId: string }): ZoneCopy[];
}

/** Reads zones and watermarks once; null asks for every company. */
export async function readCopyIndex(store: Store, companyId: string | null): Promise<CopyIndex> {
  const [zones, watermarks] = await Promise.all([store.listZones(), store.listWatermarks(companyId)]);
  return createCopyIndex(zones, watermarks);
}

/** A copy is there where the run wrote it, and in every zone whose watermark has reached its commit. */
export function createCopyIndex(zones: readonly ZoneRow[], watermarks: readonly Watermark[]): CopyIndex {
  const reached = new Map(watermarks.map((mark) => [`${mark.companyId}/${mark.zoneId}`, mark.commit]));
  const ordered = zones.toSorted((a, b) => a.ordinal - b.ordinal);
  return {
    copiesOf: (snapshot) =>
      ordered.map((zone) => ({
        zoneId: zoneIdSchema.parse(zone.zoneId),
        ordinal: zone.ordinal,
        isPresent:
          zone.zoneId === snapshot.zoneId ||
          (reached.get(`${snapshot.companyId}/${zone.zoneId}`) ?? 0) >= snapshot.commit,
      })),
  };
}
