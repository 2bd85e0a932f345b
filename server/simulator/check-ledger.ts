import { NO_START_CODES } from "../domain/store/run-store.ts";
import type { RunRow } from "../domain/store/store-reads.ts";
import type { HeldTiming } from "./owner.ts";
import { listPlainDueTimes } from "./timings.ts";
import type { Violate } from "./violation.ts";

const HOUR_MS = 3_600_000;
/** What was due so shortly before a change may be taken back by it, and what the old timing meant shortly after may have been begun. */
const CHANGE_MS = 14 * HOUR_MS;
/** What is due while a run of the same source goes on is done by the run that comes after it. */
const LONGEST_RUN_MS = 40 * HOUR_MS;

export interface LedgerOfSource {
  readonly sourceId: string;
  readonly timings: readonly HeldTiming[];
  readonly runs: readonly RunRow[];
  /** What was due until then has come to its end. */
  readonly untilMs: number;
  /** A clock that was set back shows the same hours again. */
  readonly areClocksRight: boolean;
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
    if (isFinal(byDue.get(dueMs) ?? []) || runs.some((run) => isDoneBy(run, dueMs))) continue;
    const found = (byDue.get(dueMs) ?? []).map(({ outcome, code }) => `${outcome} ${code}`).join(", ");
    violate("ledger", `source ${sourceId} was due ${new Date(dueMs).toISOString()}: ${found || "no run"}`);
  }
}

function dueTimesOf({ fromMs, timing }: HeldTiming, untilMs: number) {
  if (timing === null) return { possible: [], certain: [] };
  const possible = listPlainDueTimes(timing, fromMs - 1, untilMs + CHANGE_MS);
  return { possible, certain: possible.filter((dueMs) => dueMs > fromMs && dueMs <= untilMs - CHANGE_MS) };
}

/** Every expected run ends complete, failed, missed or cancelled; one that was interrupted is due as before. */
function isFinal(runs: readonly RunRow[]): boolean {
  return runs.some(({ outcome, code }) => outcome === "missed" || (outcome !== null && !isInterrupted(code)));
}

/** Whatever waited when a run began was taken by it, and it stands for the newest. */
function isDoneBy({ dueAt, startedAt, outcome }: RunRow, dueMs: number): boolean {
  if (dueAt === null || outcome === "missed") return false;
  const laterMs = dueAt.getTime() - dueMs;
  return laterMs > 0 && laterMs <= LONGEST_RUN_MS && startedAt.getTime() >= dueMs;
}

function checkOnce(runs: readonly RunRow[], what: string, violate: Violate): void {
  const missed = runs.filter(({ outcome }) => outcome === "missed");
  const done = runs.filter(({ outcome, code }) => outcome !== "missed" && !isInterrupted(code));
  if (missed.length > 1) violate("ledger", `${what} was missed ${missed.length} times`);
  if (done.filter(({ isCatchUp }) => isCatchUp).length > 1) violate("ledger", `${what} was caught up more than once`);
  if (done.length > 1) violate("ledger", `${what} was run ${done.length} times`);
  if (done.some(({ isCatchUp }) => isCatchUp) && missed.length === 0)
    violate("ledger", `${what} was caught up and never missed`);
  if (done.some(({ isCatchUp }) => !isCatchUp) && missed.length > 0) violate("ledger", `${what} was run and missed`);
}

/** An agent begins what is due, and everything that is due is expected. */
function checkUnexpected(
  { sourceId, areClocksRight, timings }: LedgerOfSource,
  runs: readonly RunRow[],
  violate: Violate,
): void {
  const isNearChange = ({ startedAt }: RunRow) =>
    timings.some(({ fromMs }) => Math.abs(startedAt.getTime() - fromMs) < CHANGE_MS);
  const odd = runs.find((run) => !isInterrupted(run.code) && !isNearChange(run));
  if (odd && areClocksRight) violate("ledger", `run ${odd.runId} of source ${sourceId} began when nothing was due`);
}

function isInterrupted(code: string | null): boolean {
  return code !== null && code !== "no_start" && NO_START_CODES.includes(code);
}
