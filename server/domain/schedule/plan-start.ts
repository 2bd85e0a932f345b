import { nextDue, previousDue } from "./due-times.ts";
import type { EffectiveSchedule } from "./effective-schedule.ts";

/** A source, and what holds for it. */
export interface Planned {
  readonly schedule: EffectiveSchedule;
  readonly sourceId: string;
  /** Before it was known, a source was due at no time. */
  readonly createdAt: Date;
}

export interface StartQuestion extends Planned {
  readonly lastStartAt: Date | null;
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
 * Which start of a source comes next; null while it is paused. What was due last and was not started is caught up, once,
 * while the schedule's time for that lasts; what was due before it is not.
 */
export function planStart(question: StartQuestion): NextStart | null {
  const { schedule, now } = question;
  if (schedule.pausedBy !== null) return null;
  const last = previousDue(schedule.timing, now);
  if (last !== null && isOpen(question, last)) return { dueAt: last, startAt: startOf(question, last) };
  const next = nextDue(schedule.timing, now);
  return next === null ? null : { dueAt: next, startAt: startOf(question, next) };
}

/** Due and not started, since it was known and timed like this, and not for too long. */
function isOpen(question: StartQuestion, due: Date): boolean {
  const { schedule, lastStartAt, now } = question;
  if (due < timedSince(question) || (lastStartAt !== null && lastStartAt >= due)) return false;
  const patienceMs = Math.max(schedule.catchUpMinutes * 60_000, schedule.jitterSeconds * 1000 + ON_TIME_MS);
  return now.getTime() - due.getTime() <= patienceMs;
}

/** From when on this source is due by this timing. */
export function timedSince({ schedule, createdAt }: Planned): Date {
  return new Date(Math.max(createdAt.getTime(), schedule.timedAt?.getTime() ?? 0));
}

/**
 * When a start that is due at this time comes: later by its jitter, which is the same for a source and due time whenever
 * it is asked, and never beyond half the way to the next due time.
 */
export function startOf({ schedule, sourceId }: Planned, dueAt: Date): Date {
  const following = nextDue(schedule.timing, dueAt);
  const gapMs = following === null ? Number.POSITIVE_INFINITY : following.getTime() - dueAt.getTime();
  const spanMs = Math.min(schedule.jitterSeconds * 1000, gapMs / 2);
  return new Date(dueAt.getTime() + Math.floor(spanMs * shareOf(`${sourceId}/${dueAt.getTime()}`)));
}

/** A text's place between 0 and 1 (FNV-1a, and a last mixing for its high bits): spread, not secret. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
