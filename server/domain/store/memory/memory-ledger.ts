import type { LedgerStore, MachineKey } from "../ledger-store.ts";
import { MAX_ATTEMPTS, NO_START_CODES, WINDOW_ENDED } from "../run-store.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
import { openIncident } from "./memory-incident-entries.ts";
import {
  type CompanyState,
  type ExpectedState,
  getCompany,
  type MemoryState,
  type RunState,
  type SourceState,
} from "./memory-state.ts";

export function createMemoryLedger(state: MemoryState): LedgerStore {
  return {
    async listMachinesToPlan() {
      const machines = new Map<string, MachineKey>();
      for (const company of state.companies.values()) {
        for (const source of company.sources.values()) {
          const { machineId } = source;
          if (isToPlan(state, company, source)) machines.set(machineId, { companyId: company.companyId, machineId });
        }
      }
      return [...machines.values()].slice(0, MAX_PAGE_ROWS);
    },
    async expectRuns(companyId, sourceIds, runs) {
      const { expectedRuns, runs: begun } = getCompany(state, companyId);
      const now = state.now();
      for (const row of expectedRuns.values()) {
        if (sourceIds.includes(row.sourceId) && row.state === "waiting" && row.dueAt > now) row.state = "dropped";
      }
      for (const run of runs) {
        const { sourceId, dueAt } = run;
        const known = expectedRuns.get(keyOf(sourceId, dueAt));
        if (known !== undefined && known.state !== "dropped") continue;
        const isStarted = [...begun.values()].some(
          (each) => each.sourceId === sourceId && each.startedAt >= dueAt && each.outcome !== "missed",
        );
        const row = { ...run, plannedAt: now, state: isStarted ? "started" : "waiting" } as const;
        expectedRuns.set(keyOf(sourceId, dueAt), row);
      }
    },
    async listOverdueRuns() {
      const rows = [...state.companies.values()].flatMap((company) => overdueOf(state, company));
      return rows
        .toSorted((a, b) => a.missedAfter.getTime() - b.missedAfter.getTime() || (a.sourceId < b.sourceId ? -1 : 1))
        .slice(0, MAX_PAGE_ROWS)
        .map(({ missedAfter: _, ...row }) => row);
    },
    async endOverdueRun(companyId, { sourceId, dueAt, end }) {
      const company = state.companies.get(companyId);
      const row = company?.expectedRuns.get(keyOf(sourceId, dueAt));
      if (!company || row?.state !== "waiting") return false;
      row.state = end.kind;
      if (end.kind === "missed") addMissedRun(state, company, { runId: end.runId, sourceId, dueAt });
      return true;
    },
  };
}

/** As the database does when a run begins. */
export function takeExpectedRuns(
  state: MemoryState,
  company: CompanyState,
  sourceId: string,
): Pick<RunState, "dueAt" | "isCatchUp" | "attempt"> {
  const due = [...company.expectedRuns.values()]
    .filter((row) => row.sourceId === sourceId && row.dueAt <= state.now() && row.state !== "dropped")
    .toSorted((a, b) => b.dueAt.getTime() - a.dueAt.getTime());
  const waiting = due.filter((row) => row.state === "waiting");
  for (const row of waiting) row.state = "started";
  if (waiting[0] !== undefined) return { dueAt: waiting[0].dueAt, isCatchUp: false, attempt: 1 };
  const [newest] = due;
  if (newest?.state === "missed") {
    newest.state = "caught_up";
    return { dueAt: newest.dueAt, isCatchUp: true, attempt: 1 };
  }
  const last = findLastStart(company, sourceId, NO_START_CODES);
  const isUnfinished = last?.code === WINDOW_ENDED;
  const isTriedAgain = last?.outcome === "failed" && last.attempt < MAX_ATTEMPTS;
  if (!last || last.dueAt === null || !(isUnfinished || isTriedAgain)) {
    return { dueAt: null, isCatchUp: false, attempt: 1 };
  }
  return { dueAt: last.dueAt, isCatchUp: last.isCatchUp, attempt: last.attempt + (isUnfinished ? 0 : 1) };
}

/** As the database does when a run is refused for now. */
export function putOffExpectedRuns(
  state: MemoryState,
  company: CompanyState,
  { sourceId, putOffMs }: { readonly sourceId: string; readonly putOffMs: number },
): void {
  const untilMs = state.now().getTime() + putOffMs;
  for (const row of company.expectedRuns.values()) {
    if (row.sourceId !== sourceId || row.state !== "waiting" || row.dueAt > state.now()) continue;
    row.missedAfter = new Date(Math.max(row.missedAfter.getTime(), untilMs));
  }
}

/** The newest run of a source that did not end with one of these codes. */
export function findLastStart(
  company: CompanyState | undefined,
  sourceId: string,
  exceptCodes: readonly string[],
): RunState | undefined {
  return [...(company?.runs.values() ?? [])]
    .filter((run) => run.sourceId === sourceId && !exceptCodes.includes(run.code ?? ""))
    .toSorted((a, b) => (a.runId < b.runId ? 1 : -1))[0];
}

/** As the database does when a run was interrupted. */
export function giveBackExpectedRun(company: CompanyState, { sourceId, dueAt, attempt }: RunState): void {
  const row = dueAt === null || attempt > 1 ? undefined : company.expectedRuns.get(keyOf(sourceId, dueAt));
  if (row?.state === "started") row.state = "waiting";
  if (row?.state === "caught_up") row.state = "missed";
}

function isToPlan(state: MemoryState, company: CompanyState, { sourceId, machineId }: SourceState): boolean {
  const chain = [company.companyId, machineId, sourceId].flatMap((id) => company.schedules.get(id) ?? []);
  const layers = state.providerSchedule === null ? chain : [state.providerSchedule, ...chain];
  if (layers.some(({ settings }) => settings.isPaused)) return false;
  const isPlanned = (row: ExpectedState) =>
    row.sourceId === sourceId &&
    row.state === "waiting" &&
    row.dueAt > state.now() &&
    layers.every(({ timedAt }) => timedAt <= row.plannedAt);
  return ![...company.expectedRuns.values()].some(isPlanned);
}

function overdueOf(state: MemoryState, company: CompanyState) {
  const isOpen = (sourceId: string) =>
    [...company.runs.values()].some((run) => run.sourceId === sourceId && run.endedAt === null);
  return [...company.expectedRuns.values()]
    .filter((row) => row.state === "waiting" && row.missedAfter <= state.now() && !isOpen(row.sourceId))
    .map(({ sourceId, dueAt, missedAfter }) => {
      const machineId = company.sources.get(sourceId)?.machineId ?? "";
      return { companyId: company.companyId, machineId, sourceId, dueAt, missedAfter };
    });
}

function addMissedRun(
  state: MemoryState,
  company: CompanyState,
  { runId, sourceId, dueAt }: { readonly runId: string; readonly sourceId: string; readonly dueAt: Date },
): void {
  const source = company.sources.get(sourceId);
  if (source === undefined) throw new Error("an expected run has a source");
  const { agentId, machineId } = source;
  const zones = [...state.zones.values()].toSorted((a, b) => a.ordinal - b.ordinal);
  company.runs.set(runId, {
    ...{ runId, clientRunId: runId, agentId, machineId, sourceId, zoneId: zones[0]?.zoneId ?? "" },
    fencingToken: ++state.lastFencingToken,
    leaseUntilMs: state.now().getTime(),
    startedAt: dueAt,
    endedAt: state.now(),
    outcome: "missed",
    code: "no_start",
    progress: { files: 0, bytes: 0, storedBytes: 0 },
    isCancelled: false,
    snapshotId: null,
    dueAt,
    isCatchUp: false,
    attempt: 1,
    mustEndAt: null,
  });
  openIncident(state, { companyId: company.companyId, kind: "run_missed", subject: sourceId, code: "no_start" });
  state.outbox.push({ companyId: company.companyId, kind: "run_missed" });
}

function keyOf(sourceId: string, dueAt: Date): string {
  return `${sourceId}/${dueAt.getTime()}`;
}
