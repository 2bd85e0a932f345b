import type { SnapshotClass } from "../../../contracts/retention.ts";
import { offsetAt } from "../schedule/zone-offset.ts";
import type { Retention } from "./effective-retention.ts";

const DAY_MS = 24 * 3_600_000;
/** The longest lock of all (DESIGN.md section 7); ten years have two or three leap days. */
const MAX_RETENTION_MS = 3_652 * DAY_MS;
/** What a hold keeps is kept for longer when less than this is left, by as much as that, so that nobody locks for longer than a hold is likely to need. */
const EXTEND_BEFORE_MS = 30 * DAY_MS;
const EXTENSION_MS = 60 * DAY_MS;

/** The day, week, month and year in which something happened, on the clocks of a time zone. Names are alike exactly when the buckets are. */
export interface Buckets {
  readonly day: string;
  /** Monday to Sunday, as ISO 8601 has it. */
  readonly week: string;
  readonly month: string;
  readonly year: string;
  /** When that day is over. */
  readonly dayEndsMs: number;
}

export function bucketsOf(at: Date, timeZone: string): Buckets {
  const localMs = at.getTime() + offsetAt(timeZone, at.getTime());
  const dayNumber = Math.floor(localMs / DAY_MS);
  const day = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
  // Day 0 was a Thursday.
  const monday = dayNumber - ((((dayNumber + 3) % 7) + 7) % 7);
  const nextMidnightMs = (dayNumber + 1) * DAY_MS;
  const guessMs = nextMidnightMs - offsetAt(timeZone, at.getTime());
  return {
    day,
    week: `w${monday}`,
    month: day.slice(0, 7),
    year: day.slice(0, 4),
    // By the clocks that hold at that midnight: a change of the night moves it by an hour.
    dayEndsMs: nextMidnightMs - offsetAt(timeZone, guessMs),
  };
}

/** Until when a snapshot of a class is kept, in whole seconds. Counts from when the server received it (invariant 10). */
export function retainUntil(receivedAt: Date, snapshotClass: SnapshotClass, retention: Retention): Date {
  const wanted = new Date(receivedAt);
  switch (snapshotClass) {
    case "daily":
      wanted.setUTCDate(wanted.getUTCDate() + retention.dailyDays);
      break;
    case "weekly":
      wanted.setUTCDate(wanted.getUTCDate() + 7 * retention.weeklyWeeks);
      break;
    case "monthly":
      wanted.setUTCMonth(wanted.getUTCMonth() + retention.monthlyMonths);
      break;
    case "yearly":
      wanted.setUTCFullYear(wanted.getUTCFullYear() + retention.yearlyYears);
      break;
  }
  const longestMs = receivedAt.getTime() + MAX_RETENTION_MS;
  return new Date(Math.ceil(Math.min(wanted.getTime(), longestMs) / 1_000) * 1_000);
}

/** Until when a snapshot is kept that a hold keeps, in whole seconds: its own time, or longer where that is nearly over. */
export function retainHeldUntil(until: Date, now: Date): Date {
  if (until.getTime() - now.getTime() >= EXTEND_BEFORE_MS) return until;
  return new Date(Math.ceil((now.getTime() + EXTENSION_MS) / 1_000) * 1_000);
}

/**
 * Until when the packs of a snapshot are locked: the end of the quarter in which it may go, so that locks of neighbours end together and a pack is not
 * locked anew for each.
 */
export function lockUntil(until: Date): Date {
  return new Date(Date.UTC(until.getUTCFullYear(), 3 * Math.floor(until.getUTCMonth() / 3) + 3, 1));
}
