import { ALL_HOURS, WEEK_DAYS, type WindowSettings } from "../../contracts/schedules.ts";

const DAY_HOURS = 24;
const ALWAYS: readonly number[] = Array(WEEK_DAYS).fill(ALL_HOURS);
const NIGHT = spanOf(18, 6);

/** What most windows are. */
export const WINDOW_PRESETS = [
  { name: "always", words: "At any hour", hours: ALWAYS },
  { name: "nights", words: "Nights, 18:00 to 06:00", hours: weekOf([0, 1, 2, 3, 4, 5, 6], NIGHT) },
  {
    name: "off-hours",
    words: "Nights and weekends",
    // Monday's night ends on Tuesday; Friday's goes on until Monday morning.
    hours: [NIGHT, NIGHT, NIGHT, NIGHT, NIGHT, ALL_HOURS, ALL_HOURS],
  },
] as const;

export const DAY_WORDS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** The bits of a day from one hour to another; across midnight where the second is not later. */
export function spanOf(fromHour: number, toHour: number): number {
  let bits = 0;
  for (let hour = 0; hour < DAY_HOURS; hour++) {
    const isIn = fromHour < toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
    if (isIn) bits |= 1 << hour;
  }
  return bits;
}

/** A week with these hours on these days; what goes across midnight belongs to the day on which it begins. */
export function weekFrom(days: readonly number[], fromHour: number, toHour: number): number[] {
  const week: number[] = Array(WEEK_DAYS).fill(0);
  const isWithinDay = fromHour < toHour;
  for (const day of days) {
    const next = (day + 1) % WEEK_DAYS;
    week[day] = (week[day] ?? 0) | (isWithinDay ? spanOf(fromHour, toHour) : spanOf(fromHour, 0));
    if (!isWithinDay && toHour > 0) week[next] = (week[next] ?? 0) | spanOf(0, toHour);
  }
  return week;
}

/** "at any hour", "nights, 18:00 to 06:00", "40 of 168 hours a week". */
export function windowWords(window: WindowSettings | null): string {
  if (window === null) return "at any hour";
  const preset = WINDOW_PRESETS.find(({ hours }) => isSameWeek(hours, window.hours));
  const words = preset === undefined ? `${countHours(window.hours)} of 168 hours a week` : lowerFirst(preset.words);
  return window.endsRuns ? `${words}, ended after them` : words;
}

export function isSameWeek(a: readonly number[], b: readonly number[]): boolean {
  return a.every((bits, day) => bits === b[day]);
}

export function countHours(hours: readonly number[]): number {
  return hours.reduce((sum, bits) => sum + bits.toString(2).replaceAll("0", "").length, 0);
}

function weekOf(days: readonly number[], bits: number): number[] {
  return Array.from({ length: WEEK_DAYS }, (_, day) => (days.includes(day) ? bits : 0));
}

export function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
