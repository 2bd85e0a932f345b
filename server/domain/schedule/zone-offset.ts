/** How far a zone's clocks are from UTC, and when that changes. Moments and differences in milliseconds. */

const HOUR_MS = 3_600_000;
/** No zone has changed its clocks twice within a day. */
const STEP_MS = 24 * HOUR_MS;

const FORMAT = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

/** One of a zone costs 30 µs to make and 2 to use; there are about 600 names. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** What has to be added to UTC for the time on the zone's clocks. @throws RangeError for a name that is no zone */
export function offsetAt(timeZone: string, atMs: number): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, ...FORMAT });
    formats.set(timeZone, format);
  }
  const seconds = Math.floor(atMs / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(seconds)) part[type] = Number(value);
  const { year = 0, month = 1, day, hour, minute, second } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
}

export interface ClockChange {
  readonly atMs: number;
  readonly offsetBeforeMs: number;
  readonly offsetAfterMs: number;
}

/** The first change of the zone's clocks after `fromMs`, at or before `untilMs`; null when there is none. */
export function findClockChange(timeZone: string, fromMs: number, untilMs: number): ClockChange | null {
  const offsetBeforeMs = offsetAt(timeZone, fromMs);
  for (let lowMs = fromMs; lowMs < untilMs; lowMs += STEP_MS) {
    let highMs = Math.min(lowMs + STEP_MS, untilMs);
    if (offsetAt(timeZone, highMs) === offsetBeforeMs) continue;
    let sameMs = lowMs;
    while (highMs - sameMs > 1) {
      const middleMs = Math.floor((sameMs + highMs) / 2);
      if (offsetAt(timeZone, middleMs) === offsetBeforeMs) sameMs = middleMs;
      else highMs = middleMs;
    }
    return { atMs: highMs, offsetBeforeMs, offsetAfterMs: offsetAt(timeZone, highMs) };
  }
  return null;
}
