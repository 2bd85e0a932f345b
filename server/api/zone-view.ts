import { companyIdSchema, zoneIdSchema } from "../../contracts/ids.ts";
import type { CompanyWatermarksView, WatermarkView, ZoneView } from "../../contracts/zones.ts";
import type { Store } from "../domain/store/store.ts";
import type { CompanyRow } from "../domain/store/store-reads.ts";
import type { Watermark, ZoneRow } from "../domain/store/zone-store.ts";

/** Snapshots looked at to find the oldest one that is missing; further behind, the RPO says "at least". */
const BEHIND_MAX_SNAPSHOTS = 500;

export function toZoneView(zone: ZoneRow): ZoneView {
  return {
    zoneId: zoneIdSchema.parse(zone.zoneId),
    ordinal: zone.ordinal,
    kind: zone.zoneKind,
    state: zone.state,
    probedAt: zone.probedAt,
    probe:
      zone.probe === null
        ? null
        : {
            latencyMs: zone.probe.latencyMs,
            freeBytes: zone.probe.freeBytes,
            totalBytes: zone.probe.totalBytes,
            errorCode: zone.probe.errorCode,
          },
  };
}

/** One company's watermarks, with the age of what each zone still lacks. */
export async function readCompanyWatermarks(
  store: Store,
  company: CompanyRow,
  state: { readonly zones: readonly ZoneRow[]; readonly watermarks: readonly Watermark[]; readonly now: Date },
): Promise<CompanyWatermarksView> {
  const own = state.watermarks.filter((mark) => mark.companyId === company.companyId);
  const zones = state.zones.map(async (zone): Promise<WatermarkView> => {
    const watermark = own.find((mark) => mark.zoneId === zone.zoneId)?.commit ?? 0;
    return {
      zoneId: zoneIdSchema.parse(zone.zoneId),
      watermark,
      behindCount: company.lastCommit - watermark,
      lagMs: await readLagMs(store, company, watermark, state.now),
    };
  });
  return {
    companyId: companyIdSchema.parse(company.companyId),
    companyName: company.name,
    headCommit: company.lastCommit,
    zones: await Promise.all(zones),
  };
}

async function readLagMs(store: Store, company: CompanyRow, watermark: number, now: Date): Promise<number> {
  if (company.lastCommit <= watermark) return 0;
  const missing = company.lastCommit - watermark;
  const newest = await store.listSnapshots(company.companyId, { limit: Math.min(missing, BEHIND_MAX_SNAPSHOTS) });
  const oldest = newest.filter((snapshot) => snapshot.commit > watermark).at(-1);
  return oldest === undefined ? 0 : Math.max(0, now.getTime() - oldest.receivedAt.getTime());
}
