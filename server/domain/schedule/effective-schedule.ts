import type { BandwidthSettings, ScheduleSettings, Timing, WindowSettings } from "../../../contracts/schedules.ts";
import type { SettingLevel } from "../../../contracts/setting-levels.ts";
import type { ScheduleRow } from "../store/schedule-store.ts";

/** What holds for one level, and from which level each value comes. */
export interface EffectiveSchedule {
  readonly timing: Timing;
  readonly timingFrom: SettingLevel;
  readonly jitterSeconds: number;
  readonly jitterFrom: SettingLevel;
  readonly catchUpMinutes: number;
  readonly catchUpFrom: SettingLevel;
  /** Null: at any hour. */
  readonly window: WindowSettings | null;
  readonly windowFrom: SettingLevel;
  /** Of the whole company. Null: nobody has set one. */
  readonly bandwidth: BandwidthSettings | null;
  readonly bandwidthFrom: SettingLevel;
  readonly pausedBy: SettingLevel | null;
  /** Since when this timing holds: what it would have been due before counts for nothing. Null: since ever. */
  readonly timedAt: Date | null;
}

export const NOON_AND_MIDNIGHT = "0 0,12 * * *";

/** What holds where nobody has set anything: noon and midnight, within ten minutes, caught up for a day. */
const BUILT_IN = {
  timing: { cron: NOON_AND_MIDNIGHT, timeZone: "UTC" },
  jitterSeconds: 600,
  catchUpMinutes: 24 * 60,
} as const;

export const NOTHING_SET: ScheduleSettings = {
  timing: null,
  jitterSeconds: null,
  catchUpMinutes: null,
  window: null,
  bandwidth: null,
  isPaused: false,
};

/** @param layers own settings from the widest level to the narrowest; levels that set nothing may be missing */
export function resolveSchedule(layers: readonly ScheduleRow[]): EffectiveSchedule {
  const narrowFirst = layers.toReversed();
  const timingLayer = narrowFirst.find(({ settings }) => settings.timing !== null);
  const jitterLayer = narrowFirst.find(({ settings }) => settings.jitterSeconds !== null);
  const catchUpLayer = narrowFirst.find(({ settings }) => settings.catchUpMinutes !== null);
  const windowLayer = narrowFirst.find(({ settings }) => settings.window !== null);
  const bandwidthLayer = narrowFirst.find(({ settings }) => settings.bandwidth !== null);
  return {
    timing: timingLayer?.settings.timing ?? BUILT_IN.timing,
    timingFrom: timingLayer?.level ?? "provider",
    jitterSeconds: jitterLayer?.settings.jitterSeconds ?? BUILT_IN.jitterSeconds,
    jitterFrom: jitterLayer?.level ?? "provider",
    catchUpMinutes: catchUpLayer?.settings.catchUpMinutes ?? BUILT_IN.catchUpMinutes,
    catchUpFrom: catchUpLayer?.level ?? "provider",
    window: windowLayer?.settings.window ?? null,
    windowFrom: windowLayer?.level ?? "provider",
    bandwidth: bandwidthLayer?.settings.bandwidth ?? null,
    bandwidthFrom: bandwidthLayer?.level ?? "provider",
    pausedBy: layers.find(({ settings }) => settings.isPaused)?.level ?? null,
    timedAt: newestOf(timingLayer === undefined ? layers : layers.slice(layers.indexOf(timingLayer))),
  };
}

/** A narrower level that gave up its own timing changed what holds as well. */
function newestOf(layers: readonly ScheduleRow[]): Date | null {
  const times = layers.map(({ timedAt }) => timedAt.getTime());
  return times.length === 0 ? null : new Date(Math.max(...times));
}
