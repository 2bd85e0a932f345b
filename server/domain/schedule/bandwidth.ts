import type { BandwidthSettings } from "../../../contracts/schedules.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { resolveSchedule } from "./effective-schedule.ts";
import { readCompanySchedules } from "./machine-schedules.ts";
import { isHourOf } from "./window.ts";

/** How fast a company's backups may send, hour by hour, on the clocks of the company's schedule. */
export interface CompanyBandwidth {
  readonly bandwidth: BandwidthSettings | null;
  readonly timeZone: string;
}

/** Bytes per second that all backups of the company share at this moment: the least of the rules that hold; null where none does. */
export function bandwidthAt({ bandwidth, timeZone }: CompanyBandwidth, at: Date): number | null {
  const rules = (bandwidth?.rules ?? []).filter(({ hours }) => isHourOf(hours, timeZone, at));
  return rules.length === 0 ? null : Math.min(...rules.map(({ bytesPerSecond }) => bytesPerSecond));
}

/** What holds for a company, and what the database's clock shows, by which its hours turn. */
export async function readCompanyBandwidth(
  deps: Pick<DomainDeps, "store">,
  companyId: string,
): Promise<{ readonly held: CompanyBandwidth; readonly now: Date }> {
  const { company } = await readCompanySchedules(deps, companyId);
  const { bandwidth, timing } = resolveSchedule(company);
  return { held: { bandwidth, timeZone: timing.timeZone }, now: await deps.store.getTime() };
}
