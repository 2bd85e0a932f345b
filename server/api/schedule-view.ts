import { policyIdSchema, sourceIdSchema } from "../../contracts/ids.ts";
import { sourceKind } from "../../contracts/machines.ts";
import type { CompanyScheduleView, LevelScheduleView, MachineScheduleView } from "../../contracts/schedules.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import { listDue } from "../domain/schedule/due-times.ts";
import { NOTHING_SET, resolveSchedule } from "../domain/schedule/effective-schedule.ts";
import type { CompanySchedules, MachineSchedules } from "../domain/schedule/machine-schedules.ts";
import type { PolicyName } from "../domain/store/policy-store.ts";
import type { ScheduleRow } from "../domain/store/schedule-store.ts";

/** So many due times are shown ahead. */
const SHOWN_DUES = 5;

/** `policy`: the one that the company has. */
export function toMachineScheduleView(
  schedules: MachineSchedules,
  policy: PolicyName | null,
  now: Date,
): MachineScheduleView {
  const view = (level: SettingLevel, layers: readonly ScheduleRow[]) => toLevelView(level, layers, now);
  return {
    ...toCompanyScheduleView(schedules, policy, now),
    machine: view("machine", schedules.machine),
    sources: schedules.sources.map(({ source, layers }) => ({
      sourceId: sourceIdSchema.parse(source.sourceId),
      kind: sourceKind.parse(source.sourceKind),
      ordinal: source.ordinal,
      schedule: view("source", layers),
    })),
  };
}

export function toCompanyScheduleView(
  schedules: CompanySchedules,
  policy: PolicyName | null,
  now: Date,
): CompanyScheduleView {
  return {
    provider: toLevelView("provider", schedules.provider, now),
    policy: policy && {
      policyId: policyIdSchema.parse(policy.policyId),
      name: policy.name,
      schedule: toLevelView("policy", schedules.policy, now),
    },
    company: toLevelView("company", schedules.company, now),
  };
}

/** What holds for one level, whose own settings are the last of its layers. */
export function toLevelView(level: SettingLevel, layers: readonly ScheduleRow[], now: Date): LevelScheduleView {
  const { timedAt: _, ...effective } = resolveSchedule(layers);
  return {
    own: layers.find((layer) => layer.level === level)?.settings ?? NOTHING_SET,
    effective,
    nextDueAts: effective.pausedBy === null ? [...listDue(effective.timing, now, SHOWN_DUES)] : [],
  };
}
