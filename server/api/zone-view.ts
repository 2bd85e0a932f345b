import { companyIdSchema, zoneIdSchema } from "../../contracts/ids.ts";
import type { CompanyWatermarksView, ZoneView } from "../../contracts/zones.ts";
import type { CompanyWatermarksRow } from "../domain/store/store-reads.ts";
import type { ZoneRow } from "../domain/store/zone-store.ts";

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
export function toCompanyWatermarksView(company: CompanyWatermarksRow, now: Date): CompanyWatermarksView {
  return {
    companyId: companyIdSchema.parse(company.companyId),
    companyName: company.companyName,
    headCommit: company.lastCommit,
    zones: company.zones.map(({ zoneId, commit, missingSince }) => ({
      zoneId: zoneIdSchema.parse(zoneId),
      watermark: commit,
      behindCount: company.lastCommit - commit,
      lagMs: missingSince === null ? 0 : Math.max(0, now.getTime() - missingSince.getTime()),
    })),
  };
}
