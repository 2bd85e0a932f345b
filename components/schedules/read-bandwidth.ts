import type { BandwidthRule, BandwidthSettings } from "../../contracts/schedules.ts";
import { fromMbits, LIMIT_HOURS } from "./bandwidth-words.ts";
import { readOwnHours } from "./read-own-hours.ts";

/** Choices of the field, and of the hours of one limit. */
export const INHERIT = "inherit";
export const UNLIMITED = "unlimited";
export const LIMITED = "limited";
export const KEEP = "keep";
export const OWN = "own";

/** What the fields of one limit are called; limits that were there before have their place as key. */
export function limitFields(key: number) {
  return { hours: `limitHours${key}`, mbits: `limitMbits${key}`, own: `limit${key}` } as const;
}

/** What was chosen in the fields of a bandwidth limit; `own` is what was set before. Null inherits, as where there are no such fields. */
export function readBandwidth(fields: FormData, own: BandwidthSettings | null): BandwidthSettings | null {
  const choice = fields.get("bandwidth");
  if (choice === null || choice === INHERIT) return null;
  if (choice === UNLIMITED) return { rules: [] };
  const keys = fields.getAll("limitKey").map(Number);
  return { rules: keys.map((key) => readRule(fields, key, own?.rules[key])) };
}

function readRule(fields: FormData, key: number, before: BandwidthRule | undefined): BandwidthRule {
  const names = limitFields(key);
  const choice = fields.get(names.hours);
  const bytesPerSecond = fromMbits(Number(fields.get(names.mbits)));
  if (choice === KEEP && before !== undefined) return { hours: before.hours, bytesPerSecond };
  const preset = LIMIT_HOURS.find(({ name }) => name === choice);
  return { hours: preset === undefined ? readOwnHours(fields, names.own) : [...preset.hours], bytesPerSecond };
}
