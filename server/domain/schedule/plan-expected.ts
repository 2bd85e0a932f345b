import type { ExpectedRun } from "../store/ledger-store.ts";
import { nextDue } from "./due-times.ts";
import { type Planned, startOf, timedSince } from "./plan-start.ts";

/** Runs are expected ahead of time, so that one pass a minute plans what comes every minute. */
const AHEAD_MS = 2 * 60_000;
/** What a worker that stood still did not plan in time is planned afterwards, for so long and so many. */
const BEHIND_MS = 24 * 60 * 60_000;
const MAX_RUNS = 100;

export interface ExpectQuestion extends Planned {
  /** The newest due time that a run was expected for; null before the first: then nothing before now counts. */
  readonly lastExpectedAt: Date | null;
  readonly now: Date;
  readonly graceMs: number;
}

/** The runs to be expected next: what came due meanwhile, what comes soon, and at least one. None while it is paused. */
export function planExpected(question: ExpectQuestion): readonly ExpectedRun[] {
  const { schedule, lastExpectedAt, now, graceMs } = question;
  if (schedule.pausedBy !== null) return [];
  const knownMs = Math.max(timedSince(question).getTime() - 1, (lastExpectedAt ?? now).getTime());
  const untilMs = now.getTime() + AHEAD_MS;
  const runs: ExpectedRun[] = [];
  let due = nextDue(schedule.timing, new Date(Math.max(knownMs, now.getTime() - BEHIND_MS)));
  while (due !== null && (due.getTime() <= untilMs || runs.length === 0 || isPast(runs, now))) {
    runs.push({ sourceId: question.sourceId, dueAt: due, missedAfter: missedAfter(question, due, graceMs) });
    due = nextDue(schedule.timing, due);
  }
  return runs.slice(-MAX_RUNS);
}

function isPast(runs: readonly ExpectedRun[], now: Date): boolean {
  const last = runs.at(-1);
  return last !== undefined && last.dueAt <= now;
}

/** Whether a start that did not come is missed: `dropped` when it is not due any more, `waiting` while there is time. */
export function judgeOverdue(
  planned: Planned,
  { dueAt, now, graceMs }: { readonly dueAt: Date; readonly now: Date; readonly graceMs: number },
): "missed" | "dropped" | "waiting" {
  const { schedule } = planned;
  if (schedule.pausedBy !== null || dueAt < timedSince(planned)) return "dropped";
  const due = nextDue(schedule.timing, new Date(dueAt.getTime() - 1));
  if (due?.getTime() !== dueAt.getTime()) return "dropped";
  return missedAfter(planned, dueAt, graceMs) <= now ? "missed" : "waiting";
}

function missedAfter(planned: Planned, dueAt: Date, graceMs: number): Date {
  return new Date(startOf(planned, dueAt).getTime() + graceMs);
}
