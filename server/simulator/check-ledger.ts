import { MAX_ATTEMPTS, NO_START_CODES } from "../domain/store/run-store.ts";
import type { RunRow } from "../domain/store/store-reads.ts";
import type { HeldTiming } from "./owner.ts";
import { listPlainDueTimes } from "./timings.ts";
import type { Violate } from "./violation.ts";

const HOUR_MS = 3_600_000;
/** What was due so shortly before a change may be taken back by it, and what the old timing meant shortly after may have been begun. */
const CHANGE_MS = 14 * HOUR_MS;
/** What is due while a run of the same source goes on is done by the run that comes after it. */
const LONGEST_RUN_MS = 40 * HOUR_MS;
/** With jitter, grace and the pace of the workers, what did not begin is missed by then. */
const JUDGED_MS = 2 * HOUR_MS;
/** Clocks are wrong by less than two hours. */
const CLOCK_MS = 5 * HOUR_MS;

export interface LedgerOfSource {
  readonly sourceId: string;
  readonly timings: readonly HeldTiming[];
  readonly runs: readonly RunRow[];
  /** What was due until then has come to its end. */
  readonly untilMs: number;
  /** Moments at which a clock was set: it shows hours twice, or none of them. */
  readonly clockSetsMs: readonly number[];
}

/** Compares the runs of a source with the times at which the plain model says that it was due. */
export function checkLedger(ledger: LedgerOfSource, violate: Violate): void {
  const { sourceId, timings, runs, untilMs } = ledger;
  const due = timings.map((held, at) => dueTimesOf(held, timings[at + 1]?.fromMs ?? untilMs));
  const known = new Set(due.flatMap(({ possible }) => possible));
  const byDue = Map.groupBy(runs, ({ dueAt }) => dueAt?.getTime() ?? null);
  for (const [dueMs, begun] of byDue) {
    const at = dueMs === null ? "never" : new Date(dueMs).toISOString();
    if (dueMs === null) checkUnexpected(ledger, begun, violate);
    else if (dueMs <= untilMs && !known.has(dueMs)) violate("ledger", `source ${sourceId} was not due ${at}`);
    else checkOnce(begun, `source ${sourceId}, due ${at},`, violate);
  }
  for (const dueMs of due.flatMap(({ certain }) => certain)) {
    if (isFinal(byDue.get(dueMs) ?? []) || isDoneByLater(ledger, byDue.get(dueMs) ?? [], dueMs)) continue;
    const found = (byDue.get(dueMs) ?? []).map(({ outcome, code }) => `${outcome} ${code}`).join(", ");
    violate("ledger", `source ${sourceId} was due ${new Date(dueMs).toISOString()}: ${found || "no run"}`);
  }
}

function dueTimesOf({ fromMs, timing }: HeldTiming, untilMs: number) {
  if (timing === null) return { possible: [], certain: [] };
  const possible = listPlainDueTimes(timing, fromMs - 1, untilMs + CHANGE_MS);
  // Before the ledger looked at a source for the first time, it expected nothing of it.
  return { possible, certain: possible.filter((dueMs) => dueMs > fromMs + JUDGED_MS && dueMs <= untilMs - CHANGE_MS) };
}

/** Every expected run ends complete, failed, missed or cancelled; one that was interrupted is due as before. */
function isFinal(runs: readonly RunRow[]): boolean {
  return runs.some(({ outcome, code }) => outcome === "missed" || (outcome !== null && !isInterrupted(code)));
}

/**
 * Whatever waits when a run begins is taken by it, and the run stands for the newest. It waits for so long only while another run of the source goes on, or because
 * its own was interrupted: else it is missed before. A clock that is set skips due times before anybody expects them: a run that begins after it is for them as well.
 */
function isDoneByLater({ runs, clockSetsMs }: LedgerOfSource, interrupted: readonly RunRow[], dueMs: number): boolean {
  const isNearSet = clockSetsMs.some((setMs) => Math.abs(setMs - dueMs) < CLOCK_MS);
  const wasWaiting = interrupted.length > 0 || runs.some((run) => isUnderWay(run, dueMs)) || isNearSet;
  const isBegunSince = ({ startedAt, outcome }: RunRow) =>
    outcome !== "missed" && startedAt.getTime() >= dueMs && startedAt.getTime() - dueMs < CLOCK_MS;
  if (isNearSet && runs.some(isBegunSince)) return true;
  const later = runs.some(({ dueAt, startedAt, outcome }) => {
    if (dueAt === null || outcome === "missed") return false;
    const laterMs = dueAt.getTime() - dueMs;
    return laterMs > 0 && laterMs <= LONGEST_RUN_MS && startedAt.getTime() >= dueMs;
  });
  return wasWaiting && later;
}

function isUnderWay({ startedAt, endedAt, outcome }: RunRow, dueMs: number): boolean {
  const isBegun = startedAt.getTime() <= dueMs + JUDGED_MS;
  return outcome !== "missed" && isBegun && (endedAt === null || endedAt.getTime() >= dueMs);
}

function checkOnce(runs: readonly RunRow[], what: string, violate: Violate): void {
  const missed = runs.filter(({ outcome }) => outcome === "missed");
  const done = runs
    .filter(({ outcome, code }) => outcome !== "missed" && !isInterrupted(code))
    .toSorted((a, b) => a.attempt - b.attempt);
  if (missed.length > 1) violate("ledger", `${what} was missed ${missed.length} times`);
  checkTries(done, what, violate);
  if (done.some(({ isCatchUp }) => isCatchUp) && missed.length === 0)
    violate("ledger", `${what} was caught up and never missed`);
  if (done.some(({ isCatchUp }) => !isCatchUp) && missed.length > 0) violate("ledger", `${what} was run and missed`);
}

/** What failed is tried again, so many times in all; what did not fail is over. */
function checkTries(done: readonly RunRow[], what: string, violate: Violate): void {
  const told = done.map(({ attempt, outcome }) => `${attempt}. ${outcome}`).join(", ");
  if (done.length > MAX_ATTEMPTS) violate("ledger", `${what} was tried more than ${MAX_ATTEMPTS} times: ${told}`);
  if (done.some(({ attempt }, at) => attempt !== at + 1)) violate("ledger", `${what} was begun anew: ${told}`);
  if (done.slice(0, -1).some(({ outcome }) => outcome !== "failed"))
    violate("ledger", `${what} was run again: ${told}`);
}

/** An agent begins what is due, and everything that is due is expected; a run that was interrupted is gone on with, however much later. */
function checkUnexpected(
  { sourceId, clockSetsMs, timings, runs: runsOfSource }: LedgerOfSource,
  runs: readonly RunRow[],
  violate: Violate,
): void {
  const begun = runsOfSource.filter(({ outcome }) => outcome !== "missed").toSorted(byStart);
  const isNearChange = ({ startedAt }: RunRow) =>
    timings.some(({ fromMs }) => Math.abs(startedAt.getTime() - fromMs) < CHANGE_MS) ||
    clockSetsMs.some((setMs) => Math.abs(startedAt.getTime() - setMs) < CHANGE_MS);
  const isExplained = (run: RunRow): boolean => {
    const before = begun[begun.indexOf(run) - 1];
    const goesOn = before?.dueAt === null && isInterrupted(before.code);
    return isNearChange(run) || (goesOn && isExplained(before));
  };
  const odd = runs.find((run) => !isInterrupted(run.code) && !isExplained(run));
  if (odd) violate("ledger", `run ${odd.runId} of source ${sourceId} began when nothing was due`);
}

function byStart(a: RunRow, b: RunRow): number {
  return a.startedAt.getTime() - b.startedAt.getTime();
}

function isInterrupted(code: string | null): boolean {
  return code !== null && code !== "no_start" && NO_START_CODES.includes(code);
}
