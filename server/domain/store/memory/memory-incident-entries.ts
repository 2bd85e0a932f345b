import { FAILURES_IN_A_ROW } from "../incident-store.ts";
import type { IncidentEntry, RunState } from "./memory-rows.ts";
import type { CompanyState, MemoryState } from "./memory-state.ts";

type Cause = Pick<IncidentEntry, "companyId" | "kind" | "subject" | "code">;

/** See [Note: Incidents]. What is open already is counted once more. */
export function openIncident(state: MemoryState, cause: Cause, count = 1): void {
  const open = findOpen(state, cause);
  if (open) Object.assign(open, { code: cause.code, count: open.count + 1, seenAt: state.now() });
  else addIncident(state, cause, count);
}

export function addIncident(state: MemoryState, cause: Cause, count: number): void {
  const times = { openedAt: state.now(), seenAt: state.now(), closedAt: null };
  state.incidents.push({ incidentId: crypto.randomUUID(), ...cause, count, ...times, acknowledged: null });
}

export function findOpen(
  state: MemoryState,
  { companyId, kind, subject }: Pick<Cause, "companyId" | "kind" | "subject">,
): IncidentEntry | undefined {
  return state.incidents.find(
    (each) => each.companyId === companyId && each.kind === kind && each.subject === subject && each.closedAt === null,
  );
}

/** As the database does when a run has ended as failed. */
export function openIncidentOfFailures(state: MemoryState, company: CompanyState, run: RunState): void {
  const { companyId } = company;
  const { sourceId: subject, code } = run;
  if (countFailuresInARow(company.index.runsOf(subject)) < FAILURES_IN_A_ROW) return;
  openIncident(state, { companyId, kind: "runs_failed", subject, code: code ?? "" }, FAILURES_IN_A_ROW);
}

/** Of runs in the order of their ids: the newest that failed, and no more of them than matter. */
function countFailuresInARow(runs: readonly RunState[]): number {
  let count = 0;
  for (let at = runs.length - 1; at >= 0 && count < FAILURES_IN_A_ROW; at--) {
    const run = runs[at];
    if (run === undefined || !isTried(run)) continue;
    if (run.outcome !== "failed") break;
    count++;
  }
  return count;
}

function isTried({ outcome }: RunState): boolean {
  return outcome === "failed" || outcome === "complete" || outcome === "complete_with_gaps";
}

export function closeIncidentsOfSource(state: MemoryState, companyId: string, subject: string): void {
  for (const kind of ["run_missed", "runs_failed"] as const) {
    const open = findOpen(state, { companyId, kind, subject });
    if (open) open.closedAt = state.now();
  }
}
