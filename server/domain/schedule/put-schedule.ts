import { BANDWIDTH_LEVELS, type ScheduleSettings } from "../../../contracts/schedules.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { PolicyChange } from "../store/policy-store.ts";
import { parseTiming } from "./due-times.ts";

export interface PutScheduleInput {
  readonly level: Exclude<SettingLevel, "provider" | "policy">;
  readonly subjectId: string;
  readonly settings: ScheduleSettings;
  readonly byPersonId: string;
}

/** Replaces what a company, machine or source sets itself. @throws DomainError `schedule_invalid`, `not_found` */
export async function putSchedule(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  { settings, ...subject }: PutScheduleInput,
): Promise<void> {
  const kept = parseSettings(settings, await store.getTime());
  if (kept.bandwidth !== null && !BANDWIDTH_LEVELS.includes(subject.level)) {
    const message = "a bandwidth limit is shared by a whole company: set it on the company's schedule";
    throw new DomainError("schedule_invalid", message);
  }
  const outcome = await store.putSchedule(companyId, { ...subject, settings: kept });
  if (outcome === "subject_unknown") throw new DomainError("not_found", `there is no such ${subject.level}`);
}

/** Replaces the provider's default, which holds wherever nobody sets something else. @throws DomainError `schedule_invalid` */
export async function putProviderSchedule(
  { store }: Pick<DomainDeps, "store">,
  settings: ScheduleSettings,
  byPersonId: string,
): Promise<void> {
  await store.putProviderSchedule(parseSettings(settings, await store.getTime()), byPersonId);
}

/** Replaces what a policy sets itself, for every company that has it. @throws DomainError `schedule_invalid`, `not_found` */
export async function putPolicySchedule(
  { store }: Pick<DomainDeps, "store">,
  { settings, ...change }: PolicyChange & { readonly settings: ScheduleSettings },
): Promise<void> {
  const outcome = await store.putPolicySchedule({
    ...change,
    settings: parseSettings(settings, await store.getTime()),
  });
  if (outcome === "subject_unknown") throw new DomainError("not_found", "there is no such policy");
}

function parseSettings(settings: ScheduleSettings, now: Date): ScheduleSettings {
  return settings.timing === null ? settings : { ...settings, timing: parseTiming(settings.timing, now) };
}
