import type { ScheduleLevel, Timing } from "../../contracts/schedules.ts";

/** What most schedules are, noon and midnight first. */
export const PRESETS = [
  { cron: "0 0,12 * * *", words: "Noon and midnight" },
  { cron: "0 2 * * *", words: "Every night at 02:00" },
  { cron: "0 * * * *", words: "Every hour" },
] as const;

/** A timing as people say it; its zone is named where it is not the reader's. */
export function timingWords({ cron, timeZone }: Timing, readerZone: string): string {
  const words = PRESETS.find((preset) => preset.cron === cron)?.words ?? cron;
  return timeZone === readerZone ? words : `${words}, ${timeZone}`;
}

const ORIGIN: Readonly<Record<ScheduleLevel, string>> = {
  provider: "from the provider's default",
  company: "from the company",
  machine: "from this machine",
  source: "its own",
};

/** Where a value comes from, for somebody who looks at a level. */
export function originWords(from: ScheduleLevel, level: ScheduleLevel): string {
  return from === level ? "its own" : ORIGIN[from];
}

const PAUSED: Readonly<Record<ScheduleLevel, string>> = {
  provider: "paused by the provider",
  company: "paused for the company",
  machine: "paused for this machine",
  source: "paused",
};

export function pauseWords(pausedBy: ScheduleLevel, level: ScheduleLevel): string {
  return pausedBy === level ? "paused" : PAUSED[pausedBy];
}
