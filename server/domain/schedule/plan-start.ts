import type { LastFailure } from "../store/schedule-store.ts";
import { nextDue, previousDue } from "./due-times.ts";
import type { EffectiveSchedule } from "./effective-schedule.ts";
import { isInside, nextInside } from "./window.ts";

/** A source, and what holds for it. */
export interface Planned {
  readonly schedule: EffectiveSchedule;
  readonly sourceId: string;
  /** Before it was known, a source was due at no time. */
  readonly createdAt: Date;
}

export interface StartQuestion extends Planned {
  readonly lastStartAt: Date | null;
  /** Of that start, where it failed. */
  readonly lastFailure: LastFailure | null;
  readonly now: Date;
}

/** `startAt` is the due time with its jitter; when it is past, the start is now. */
export interface NextStart {
  readonly dueAt: Date;
  readonly startAt: Date;
}

/** A machine that wakes at its due time still has to connect: so late counts as on time, also where nothing is caught up. */
const ON_TIME_MS = 15 * 60_000;

/**
 * How long after each failed try the next one comes: a lock that is held or a server that restarts is over in minutes, a disk that is full
 * in an hour at best. One more try than these in all (`MAX_ATTEMPTS`), then the next due time is waited for.
 */
export const RETRY_AFTER_MS = [5 * 60_000, 15 * 60_000, 45 * 60_000] as const;
/** A zone that failed under a backup: by then the worker knows it as well, and the next try goes to another. */
export const OTHER_ZONE_AFTER_MS = 30_000;
const ZONE_FAULTS: readonly (string | null)[] = ["zone_unreachable", "zone_full"];
/** Machines that failed together come again apart: up to so much of the pause later. */
const RETRY_SPREAD = 0.2;

/**
 * Which start of a source comes next; null while it is paused. What was due last and was not started is caught up, once,
 * while the schedule's time for that lasts; what was due before it is not. What was started and failed is tried again, unless
 * it is due anew before that.
 */
export function planStart(question: StartQuestion): NextStart | null {
  const { schedule, now } = question;
  if (schedule.pausedBy !== null) return null;
  const last = previousDue(schedule.timing, now);
  if (last !== null && isOpen(question, last))
    return { dueAt: last, startAt: resumeAt(question, startOf(question, last)) };
  const nextAt = nextDue(schedule.timing, now);
  const next = nextAt === null ? null : { dueAt: nextAt, startAt: startOf(question, nextAt) };
  const retry = planRetry(question);
  return retry !== null && (next === null || retry.startAt < next.startAt) ? retry : next;
}

/** The next try of what failed; null when there was none, when it was the last, or when it is too late for another. */
function planRetry(question: StartQuestion): NextStart | null {
  const { lastFailure, sourceId, now } = question;
  const afterMs = lastFailure === null ? undefined : retryAfterMs(lastFailure);
  if (lastFailure === null || afterMs === undefined || lastFailure.dueAt < timedSince(question)) return null;
  const { dueAt, endedAt, attempt } = lastFailure;
  const spreadMs = afterMs * RETRY_SPREAD * shareOf(`${sourceId}/${dueAt.getTime()}/${attempt}`);
  const startAt = withinWindow(question, new Date(endedAt.getTime() + afterMs + Math.floor(spreadMs)));
  const isTooLate = now.getTime() - startAt.getTime() > patienceOf(question);
  return isTooLate ? null : { dueAt, startAt: resumeAt(question, startAt) };
}

/** Undefined after the last try. */
function retryAfterMs({ attempt, code }: LastFailure): number | undefined {
  return attempt === 1 && ZONE_FAULTS.includes(code) ? OTHER_ZONE_AFTER_MS : RETRY_AFTER_MS[attempt - 1];
}

/** A start that is past comes now, or when the window opens again. */
function resumeAt(question: StartQuestion, startAt: Date): Date {
  const { schedule, now } = question;
  const isNow = startAt > now || isInside(schedule.window, schedule.timing.timeZone, now);
  return isNow ? startAt : withinWindow(question, now);
}

function withinWindow({ schedule }: Planned, at: Date): Date {
  return nextInside(schedule.window, schedule.timing.timeZone, at);
}

/** For how long after its time a start still makes sense. */
function patienceOf({ schedule }: StartQuestion): number {
  return Math.max(schedule.catchUpMinutes * 60_000, schedule.jitterSeconds * 1000 + ON_TIME_MS);
}

/** Due and not started, since it was known and timed like this, and not for too long. */
function isOpen(question: StartQuestion, due: Date): boolean {
  const { lastStartAt, now } = question;
  if (due < timedSince(question) || (lastStartAt !== null && lastStartAt >= due)) return false;
  return now.getTime() - withinWindow(question, due).getTime() <= patienceOf(question);
}

/** From when on this source is due by this timing. */
export function timedSince({ schedule, createdAt }: Planned): Date {
  return new Date(Math.max(createdAt.getTime(), schedule.timedAt?.getTime() ?? 0));
}

/**
 * When a start that is due at this time comes: later by its jitter, which is the same for a source and due time whenever
 * it is asked, and never beyond half the way to the next due time; and not before the window opens.
 */
export function startOf(planned: Planned, dueAt: Date): Date {
  const { schedule, sourceId } = planned;
  const following = nextDue(schedule.timing, dueAt);
  const gapMs = following === null ? Number.POSITIVE_INFINITY : following.getTime() - dueAt.getTime();
  const spanMs = Math.min(schedule.jitterSeconds * 1000, gapMs / 2);
  const delayMs = Math.floor(spanMs * shareOf(`${sourceId}/${dueAt.getTime()}`));
  return withinWindow(planned, new Date(dueAt.getTime() + delayMs));
}

/** A text's place between 0 and 1 (FNV-1a, and a last mixing for its high bits): spread, not secret. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
