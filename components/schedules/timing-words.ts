import type { ScheduleSettings, Timing } from "../../contracts/schedules.ts";
import type { SettingLevel } from "../../contracts/setting-levels.ts";
import { formatDuration } from "../format/format-duration.ts";

/** What most schedules are, noon and midnight first. */
export const PRESETS = [
  { cron: "0 0,12 * * *", words: "Noon and midnight" },
  { cron: "0 2 * * *", words: "Every night at 02:00" },
  { cron: "0 20 * * 1-5", words: "Monday to Friday at 20:00" },
  { cron: "0 */6 * * *", words: "Every 6 hours" },
  { cron: "0 * * * *", words: "Every hour" },
] as const;

const MINUTE_SECONDS = 60;
const HOUR_MINUTES = 60;

/** Spreads that can be chosen, in seconds; another one that holds already can be kept. */
export const JITTER_CHOICES = [0, 5, 10, 30, 60, 180].map((minutes) => minutes * MINUTE_SECONDS);
/** For how long a missed start is caught up, in minutes. */
export const CATCH_UP_CHOICES = [0, 1, 6, 12, 24, 72, 168].map((hours) => hours * HOUR_MINUTES);

/** A timing as people say it; its zone is named where it is not the reader's. */
export function timingWords({ cron, timeZone }: Timing, readerZone: string): string {
  const words = PRESETS.find((preset) => preset.cron === cron)?.words ?? cron;
  return timeZone === readerZone ? words : `${words}, ${timeZone}`;
}

export function jitterWords(jitterSeconds: number): string {
  return jitterSeconds === 0 ? "begins at once" : `begins within ${formatDuration(jitterSeconds * 1000)}`;
}

export function catchUpWords(catchUpMinutes: number): string {
  return catchUpMinutes === 0 ? "not caught up" : `caught up for ${formatDuration(catchUpMinutes * 60_000)}`;
}

const ORIGIN: Readonly<Record<SettingLevel, string>> = {
  provider: "from the provider's default",
  policy: "from the policy",
  company: "from the company",
  machine: "from this machine",
  source: "its own",
};

/** Where a value comes from, for somebody who looks at a level. */
export function originWords(from: SettingLevel, level: SettingLevel): string {
  if (from !== level) return ORIGIN[from];
  return level === "provider" ? "the default" : "its own";
}

/** Whether a level sets anything itself. */
export function isSetHere({ isPaused, ...values }: ScheduleSettings): boolean {
  return isPaused || Object.values(values).some((value) => value !== null);
}

const PAUSED: Readonly<Record<SettingLevel, string>> = {
  provider: "paused by the provider",
  policy: "paused by the policy",
  company: "paused for the company",
  machine: "paused for this machine",
  source: "paused",
};

export function pauseWords(pausedBy: SettingLevel, level: SettingLevel): string {
  return pausedBy === level ? "paused" : PAUSED[pausedBy];
}
