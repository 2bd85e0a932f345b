import type { RetentionSettings } from "../../contracts/retention.ts";
import type { BandwidthRule, ScheduleSettings } from "../../contracts/schedules.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import type { RetentionRow } from "../domain/store/archive-store.ts";
import type { ScheduleRow } from "../domain/store/schedule-store.ts";
import type { JournalPayload } from "./journal.ts";

export interface ScheduleRecord {
  readonly level: SettingLevel;
  readonly subject_id: string | null;
  readonly cron: string | null;
  readonly time_zone: string | null;
  readonly jitter_seconds: number | null;
  readonly catch_up_minutes: number | null;
  readonly window_hours: number[] | null;
  readonly window_ends_runs: boolean | null;
  readonly bandwidth: BandwidthRule[] | null;
  readonly is_paused: boolean;
  readonly timed_at: Date;
}

export function toScheduleRow(row: ScheduleRecord): ScheduleRow {
  const { level, subject_id: subjectId, cron, time_zone: timeZone, timed_at: timedAt } = row;
  const { window_hours: hours, window_ends_runs: endsRuns } = row;
  const settings = {
    timing: cron === null || timeZone === null ? null : { cron, timeZone },
    jitterSeconds: row.jitter_seconds,
    catchUpMinutes: row.catch_up_minutes,
    window: hours === null || endsRuns === null ? null : { hours, endsRuns },
    bandwidth: row.bandwidth === null ? null : { rules: row.bandwidth },
    isPaused: row.is_paused,
  };
  return { level, subjectId, settings, timedAt };
}

export function scheduleValues(settings: ScheduleSettings): readonly unknown[] {
  const { timing, jitterSeconds, catchUpMinutes, isPaused, window, bandwidth } = settings;
  const rules = bandwidth === null ? null : JSON.stringify(bandwidth.rules);
  const common = [timing?.cron ?? null, timing?.timeZone ?? null, jitterSeconds, catchUpMinutes, isPaused];
  return [...common, window?.hours ?? null, window?.endsRuns ?? null, rules];
}

export function schedulePayload({ timing, window, bandwidth, ...others }: ScheduleSettings): JournalPayload {
  const windowHours = window?.hours.map(String) ?? null;
  const timed = { cron: timing?.cron ?? null, timeZone: timing?.timeZone ?? null, ...others };
  // A rule as one text: its bytes per second, then its seven days.
  const bandwidthRules =
    bandwidth?.rules.map(({ hours, bytesPerSecond }) => [bytesPerSecond, ...hours].join(" ")) ?? null;
  return { ...timed, windowHours, windowEndsRuns: window?.endsRuns ?? null, bandwidthRules };
}

export interface RetentionRecord {
  readonly level: SettingLevel;
  readonly freeze_after_days: number | null;
  readonly daily_days: number | null;
  readonly weekly_weeks: number | null;
  readonly monthly_months: number | null;
  readonly yearly_years: number | null;
}

export function toRetentionRow(row: RetentionRecord): RetentionRow {
  return {
    level: row.level,
    settings: {
      freezeAfterDays: row.freeze_after_days,
      dailyDays: row.daily_days,
      weeklyWeeks: row.weekly_weeks,
      monthlyMonths: row.monthly_months,
      yearlyYears: row.yearly_years,
    },
  };
}

export function retentionValues(settings: RetentionSettings): readonly unknown[] {
  const { freezeAfterDays, dailyDays, weeklyWeeks, monthlyMonths, yearlyYears } = settings;
  return [freezeAfterDays, dailyDays, weeklyWeeks, monthlyMonths, yearlyYears];
}
