import { sourceIdSchema } from "../../contracts/ids.ts";
import { sourceKind } from "../../contracts/machines.ts";
import type {
  CompanyScheduleView,
  LevelScheduleView,
  MachineScheduleView,
  ScheduleLevel,
} from "../../contracts/schedules.ts";
import { listDue } from "../domain/schedule/due-times.ts";
import { NOTHING_SET, resolveSchedule } from "../domain/schedule/effective-schedule.ts";
import type { CompanySchedules, MachineSchedules } from "../domain/schedule/machine-schedules.ts";
import type { ScheduleRow } from "../domain/store/schedule-store.ts";

/** So many due times are shown ahead. */
const SHOWN_DUES = 5;

export function toMachineScheduleView(schedules: MachineSchedules, now: Date): MachineScheduleView {
  const view = (level: ScheduleLevel, layers: readonly ScheduleRow[]) => toLevelView(level, layers, now);
  return {
    provider: view("provider", schedules.provider),
    company: view("company", schedules.company),
    machine: view("machine", schedules.machine),
    sources: schedules.sources.map(({ source, layers }) => ({
      sourceId: sourceIdSchema.parse(source.sourceId),
      kind: sourceKind.parse(source.sourceKind),
      ordinal: source.ordinal,
      schedule: view("source", layers),
    })),
  };
}

export function toCompanyScheduleView({ provider, company }: CompanySchedules, now: Date): CompanyScheduleView {
  return { provider: toLevelView("provider", provider, now), company: toLevelView("company", company, now) };
}

function toLevelView(level: ScheduleLevel, layers: readonly ScheduleRow[], now: Date): LevelScheduleView {
  const { timedAt: _, ...effective } = resolveSchedule(layers);
  return {
    own: layers.find((layer) => layer.level === level)?.settings ?? NOTHING_SET,
    effective,
    nextDueAts: effective.pausedBy === null ? [...listDue(effective.timing, now, SHOWN_DUES)] : [],
  };
}
