import { Cron } from "croner";
import type { Timing } from "../../../contracts/schedules.ts";
import { DomainError } from "../domain-error.ts";
import { findClockChange, offsetAt } from "./zone-offset.ts";

/**
 * [Note: Due times]
 *
 * A timing is read on the clocks of its zone. Where they jump forward, whatever falls into the gap is due once, at the
 * first moment after it: a night's backup is not lost. Where they are set back, a time that comes twice is due the first
 * time alone, unless the hour is a star: what comes every hour comes in the repeated one, too. Where both the day of the
 * month and the day of the week are given, either will do, as in every cron.
 *
 * The library reads the expression, on a clock that never changes. Which moment that is in the zone, is worked out here:
 * the library's own zones lose what falls into a gap when several times a day do (noon and midnight in Cairo).
 */

/** Cron's own signs; what libraries add to them (L, W, #, ?, names with @, seconds) means nothing elsewhere. */
const FIELD = /^[0-9A-Za-z*,/-]+$/;
const EXTRA_LETTER = /(^|[^A-Za-z])[LW]([^A-Za-z]|$)/i;
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest hours that are repeated are two, in Troll. */
const LONGEST_REPEAT_MS = 3 * HOUR_MS;
/** How far back it is looked for the last due time: from every minute to 29 February across a year without one. */
const LOOK_BACK_MS = [2 * 60_000, HOUR_MS, DAY_MS, 8 * DAY_MS, 40 * DAY_MS, 400 * DAY_MS, 9 * 366 * DAY_MS];

/** A timing as it is kept. @throws DomainError `schedule_invalid`, with what is wrong */
export function parseTiming({ cron, timeZone }: Timing, now: Date): Timing {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) throw invalid("a schedule has five fields: minute, hour, day, month, day of the week");
  const odd = fields.find((field) => !FIELD.test(field) || EXTRA_LETTER.test(field));
  if (odd !== undefined) throw invalid(`${odd} is no field of a schedule: give numbers, names, * , - or /`);
  if (!isTimeZone(timeZone)) throw invalid(`${timeZone} is no time zone: give its name, such as Europe/Berlin`);
  const timing = { cron: fields.join(" "), timeZone };
  if (nextDue(timing, now) === null) throw invalid("this day never comes");
  return timing;
}

/** Between two due times the answer is always the same, and whoever plans asks about the same days again and again: working one out takes 60 us. */
interface Gap {
  readonly fromMs: number;
  readonly dueMs: number;
}
const gaps = new Map<string, Gap[]>();
const MAX_GAP_TIMINGS = 1000;
const MAX_GAPS = 12;

/** The first due time after the moment; null when there is none, as on 30 February. */
export function nextDue(timing: Timing, after: Date): Date | null {
  const name = `${timing.cron} ${timing.timeZone}`;
  const known = gaps.get(name) ?? [];
  const afterMs = after.getTime();
  const gap = known.find(({ fromMs, dueMs }) => fromMs <= afterMs && afterMs < dueMs);
  if (gap) return new Date(gap.dueMs);
  const due = findNextDue(timing, after);
  if (due === null) return null;
  if (gaps.size >= MAX_GAP_TIMINGS) gaps.clear();
  const others = known.filter(({ dueMs }) => dueMs !== due.getTime());
  gaps.set(name, [{ fromMs: afterMs, dueMs: due.getTime() }, ...others].slice(0, MAX_GAPS));
  return due;
}

function findNextDue({ cron, timeZone }: Timing, after: Date): Date | null {
  const pattern = open(cron);
  const comesTwice = /^\S+ [^ ]*\*/.test(cron);
  let fromMs = after.getTime();
  let offsetMs = offsetAt(timeZone, fromMs);
  // What the clocks show; a due time is later than that.
  let shownMs = fromMs + offsetMs;
  const repeat = findClockChange(timeZone, fromMs - LONGEST_REPEAT_MS, fromMs);
  if (repeat !== null && !comesTwice) shownMs = Math.max(shownMs, repeat.atMs + repeat.offsetBeforeMs - SECOND_MS);
  for (;;) {
    const dueShownMs = pattern.nextRun(new Date(shownMs))?.getTime();
    if (dueShownMs === undefined) return null;
    const dueMs = dueShownMs - offsetMs;
    const change = findClockChange(timeZone, fromMs, dueMs);
    if (change === null) return new Date(dueMs);
    const { atMs, offsetBeforeMs, offsetAfterMs } = change;
    const isInGap = dueShownMs < atMs + offsetAfterMs;
    if (isInGap) return new Date(atMs);
    const isRepeated = offsetAfterMs < offsetBeforeMs;
    shownMs = atMs + (isRepeated && !comesTwice ? offsetBeforeMs : offsetAfterMs) - SECOND_MS;
    fromMs = atMs;
    offsetMs = offsetAfterMs;
  }
}

/** At most `count` due times after the moment, soonest first. */
export function listDue(timing: Timing, after: Date, count: number): readonly Date[] {
  const dues: Date[] = [];
  for (let due = nextDue(timing, after); due !== null && dues.length < count; due = nextDue(timing, due))
    dues.push(due);
  return dues;
}

/** The newest due time at or before the moment; null when there was none in nine years. */
export function previousDue(timing: Timing, at: Date): Date | null {
  for (const lookBackMs of LOOK_BACK_MS) {
    let newest: Date | null = null;
    let due = nextDue(timing, new Date(at.getTime() - lookBackMs));
    while (due !== null && due <= at) {
      newest = due;
      due = nextDue(timing, due);
    }
    if (newest !== null) return newest;
  }
  return null;
}

/** Reading an expression costs more than asking it; companies have few different ones. */
const patterns = new Map<string, Cron>();
const MAX_PATTERNS = 1000;

function open(cron: string): Cron {
  try {
    const pattern = patterns.get(cron) ?? new Cron(cron, { timezone: "UTC", mode: "5-part", paused: true });
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(cron, pattern);
    return pattern;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "this is no schedule");
  }
}

/** Whether it is a zone that this server knows, by its IANA name. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return TIME_ZONE.test(timeZone) && Number.isFinite(offsetAt(timeZone, 0));
  } catch {
    return false;
  }
}

function invalid(message: string): DomainError {
  return new DomainError("schedule_invalid", message);
}
