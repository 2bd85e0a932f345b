import type { CompanyWatermarksView, ZoneView } from "../../contracts/zones.ts";
import type { BlockState } from "../status/zone-pair.tsx";

/** The block of one zone for a company: all there, being copied, or waiting for a zone that is gone. */
export function watermarkBlock(company: CompanyWatermarksView, index: number, zones: readonly ZoneView[]): BlockState {
  const mark = company.zones[index];
  if (mark === undefined) return "absent";
  if (mark.behindCount === 0) return "there";
  return zones.find((zone) => zone.zoneId === mark.zoneId)?.state === "unreachable" ? "unreachable" : "copying";
}

/** What the pair of blocks says, in words: "all in both zones", "waits for zone 2", "being copied". */
export function describeWatermarks(company: CompanyWatermarksView, zones: readonly ZoneView[]): string {
  const waiting = company.zones.findIndex((_, index) => watermarkBlock(company, index, zones) === "unreachable");
  if (waiting >= 0) return `waits for zone ${waiting + 1}`;
  if (company.zones.some((zone) => zone.behindCount > 0)) return "being copied";
  return company.zones.length === 2 ? "all in both zones" : `all in ${company.zones.length} zones`;
}
