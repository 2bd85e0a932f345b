import { RETENTION_FIELDS, type RetentionField, type RetentionSettings } from "../../../contracts/retention.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";
import type { RetentionRow } from "../store/archive-store.ts";

/** What holds for a source: days in the backup tier, then how long the archive keeps each class. */
export type Retention = Readonly<Record<RetentionField, number>>;

export interface EffectiveRetention {
  readonly values: Retention;
  /** `built_in`: nobody has set it. */
  readonly from: Readonly<Record<RetentionField, SettingLevel | "built_in">>;
}

/** A month of days, a season of weeks, a year of months to compare with, and what most tax laws ask of a year's end at least. */
const BUILT_IN: Retention = {
  freezeAfterDays: 14,
  dailyDays: 35,
  weeklyWeeks: 13,
  monthlyMonths: 13,
  yearlyYears: 7,
};

export const NOTHING_SET: RetentionSettings = {
  freezeAfterDays: null,
  dailyDays: null,
  weeklyWeeks: null,
  monthlyMonths: null,
  yearlyYears: null,
};

/** @param layers own settings from the widest level to the narrowest; levels that set nothing may be missing */
export function resolveRetention(layers: readonly RetentionRow[]): EffectiveRetention {
  const values: Record<RetentionField, number> = { ...BUILT_IN };
  const from = Object.fromEntries(RETENTION_FIELDS.map((field) => [field, "built_in"])) as Record<
    RetentionField,
    SettingLevel | "built_in"
  >;
  for (const { level, settings } of layers) {
    for (const field of RETENTION_FIELDS) {
      const own = settings[field];
      if (own === null) continue;
      values[field] = own;
      from[field] = level;
    }
  }
  return { values, from };
}
