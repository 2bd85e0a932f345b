import type { RunId } from "../../contracts/ids.ts";
import type { RunChangesView } from "../../contracts/live.ts";
import type { RunView } from "../../contracts/runs.ts";

/** What the browser knows from the stream of runs. */
export interface LiveState {
  readonly connection:
    | { readonly kind: "connecting" | "live" | "signed_out" }
    | { readonly kind: "lost"; readonly sinceMs: number };
  /** Open runs, and those that ended while the page was open. */
  readonly runs: ReadonlyMap<RunId, RunView>;
  /** What to add to this browser's clock to have the server's. */
  readonly clockOffsetMs: number;
}

export const BEFORE_FIRST: LiveState = { connection: { kind: "connecting" }, runs: new Map(), clockOffsetMs: 0 };

/** Ended runs that are remembered; the page itself is loaded again soon after each. */
const ENDED_MAX_COUNT = 200;

export function applyChanges(state: LiveState, changes: RunChangesView, nowMs: number): LiveState {
  const { at, isWhole, runs } = changes;
  // What was open and is no longer among all open runs has ended unheard: the page asks again.
  const kept = [...state.runs.values()].filter((run) => run.endedAt !== null || !isWhole);
  const next = new Map([...kept, ...runs].map((run) => [run.runId, run]));
  const ended = [...next.values()].filter((run) => run.endedAt !== null);
  for (const run of ended.slice(0, Math.max(0, ended.length - ENDED_MAX_COUNT))) next.delete(run.runId);
  return { connection: { kind: "live" }, runs: next, clockOffsetMs: at.getTime() - nowMs };
}

/** The first moment counts, however often the stream breaks after it. */
export function loseConnection(state: LiveState, nowMs: number): LiveState {
  return state.connection.kind === "lost" ? state : { ...state, connection: { kind: "lost", sinceMs: nowMs } };
}

export function openRunsOf(state: LiveState): RunView[] {
  return [...state.runs.values()].filter((run) => run.endedAt === null);
}

/** What the stream knows of a run, unless the page knows better: an ended run does not go on. */
export function freshest(run: RunView, state: LiveState): RunView {
  return run.endedAt === null ? (state.runs.get(run.runId) ?? run) : run;
}
