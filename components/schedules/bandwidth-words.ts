import type { BandwidthRule, BandwidthSettings } from "../../contracts/schedules.ts";
import { countHours, isSameWeek, lowerFirst, spanOf, WINDOW_PRESETS } from "./window-words.ts";

/** Bytes per second in one Mbit/s. */
const MBIT_BYTES = 125_000;
const WORK = spanOf(8, 18);

/** The hours of most limits: those in which people work, and those of most windows. */
export const LIMIT_HOURS: readonly {
  readonly name: string;
  readonly words: string;
  readonly hours: readonly number[];
}[] = [
  { name: "work", words: "Monday to Friday, 08:00 to 18:00", hours: [WORK, WORK, WORK, WORK, WORK, 0, 0] },
  ...WINDOW_PRESETS,
];

/** Lines are sold in Mbit/s; 0.5 of them are the least limit. */
export function toMbits(bytesPerSecond: number): number {
  return Number((bytesPerSecond / MBIT_BYTES).toFixed(3));
}

export function fromMbits(mbits: number): number {
  return Math.round(mbits * MBIT_BYTES);
}

/** "all machines together at most 5 Mbit/s Monday to Friday, 08:00 to 18:00, and 20 Mbit/s at any hour". */
export function bandwidthWords(bandwidth: BandwidthSettings | null): string {
  if (bandwidth === null || bandwidth.rules.length === 0) return "no bandwidth limit";
  return `all machines together at most ${bandwidth.rules.map(ruleWords).join(", and ")}`;
}

function ruleWords({ hours, bytesPerSecond }: BandwidthRule): string {
  return `${toMbits(bytesPerSecond)} Mbit/s ${hoursWords(hours)}`;
}

function hoursWords(hours: readonly number[]): string {
  const preset = LIMIT_HOURS.find((each) => isSameWeek(each.hours, hours));
  if (preset === undefined) return `in ${countHours(hours)} of 168 hours a week`;
  return preset.name === "work" ? preset.words : lowerFirst(preset.words);
}
