import type { LedgerStore, MachineKey } from "../ledger-store.ts";
import { MAX_ATTEMPTS, NO_START_CODES, WINDOW_ENDED } from "../run-store.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
import { openIncident } from "./memory-incident-entries.ts";
import { policyLayerOf } from "./memory-layers.ts";
import type { ExpectedState, RunState } from "./memory-rows.ts";
import { type CompanyState, getCompany, type MemoryState, type SourceState } from "./memory-state.ts";

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
      const { expectedRuns, index } = getCompany(state, companyId);
      const now = state.now();
      for (const row of sourceIds.flatMap((sourceId) => index.waitingOf(sourceId))) {
        if (row.dueAt > now) index.setExpected(row, "dropped");
      }
      for (const run of runs) {
        const { sourceId, dueAt } = run;
        const known = expectedRuns.get(keyOf(sourceId, dueAt));
        if (known !== undefined && known.state !== "dropped") continue;
        const isStarted = index.lastStartMsOf(sourceId) >= dueAt.getTime();
        const row: ExpectedState = { ...run, plannedAt: now, state: isStarted ? "started" : "waiting" };
        expectedRuns.set(keyOf(sourceId, dueAt), row);
        index.addExpected(row, known);
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
      company.index.setExpected(row, end.kind);
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
  const { index } = company;
  const waiting = dueOf(state, company, sourceId);
  for (const row of waiting) index.setExpected(row, "started");
  const taken = newestOf(waiting);
  if (taken !== null) return { dueAt: taken.dueAt, isCatchUp: false, attempt: 1 };
  const newest = index.newestExpectedOf(sourceId, state.now());
  if (newest?.state === "missed") {
    index.setExpected(newest, "caught_up");
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
  for (const row of dueOf(state, company, sourceId)) {
    row.missedAfter = new Date(Math.max(row.missedAfter.getTime(), untilMs));
  }
}

/** What waits for its run. */
function dueOf(state: MemoryState, { index }: CompanyState, sourceId: string): ExpectedState[] {
  return index.waitingOf(sourceId).filter((row) => row.dueAt <= state.now());
}

/** The newest run of a source that did not end with one of these codes. */
export function findLastStart(
  company: CompanyState | undefined,
  sourceId: string,
  exceptCodes: readonly string[],
): RunState | undefined {
  return company?.index.runsOf(sourceId).findLast((run) => !exceptCodes.includes(run.code ?? ""));
}

/** As the database does when a run was interrupted. */
export function giveBackExpectedRun(company: CompanyState, { sourceId, dueAt, attempt }: RunState): void {
  const row = dueAt === null || attempt > 1 ? undefined : company.expectedRuns.get(keyOf(sourceId, dueAt));
  if (row?.state === "started") company.index.setExpected(row, "waiting");
  else if (row?.state === "caught_up") company.index.setExpected(row, "missed");
}

function newestOf(rows: readonly ExpectedState[]): ExpectedState | null {
  return rows.reduce<ExpectedState | null>((newest, row) => (newest && newest.dueAt >= row.dueAt ? newest : row), null);
}

export function addRun(company: CompanyState, run: RunState): void {
  company.runs.set(run.runId, run);
  company.index.addRun(run);
}

function isToPlan(state: MemoryState, company: CompanyState, { sourceId, machineId }: SourceState): boolean {
  const chain = [company.companyId, machineId, sourceId].flatMap((id) => company.schedules.get(id) ?? []);
  const above = [state.providerSchedule, policyLayerOf(state, company)].filter((layer) => layer !== null);
  const layers = [...above, ...chain];
  if (layers.some(({ settings }) => settings.isPaused)) return false;
  const isPlanned = (row: ExpectedState) =>
    row.dueAt > state.now() && layers.every(({ timedAt }) => timedAt <= row.plannedAt);
  return !company.index.waitingOf(sourceId).some(isPlanned);
}

function overdueOf(state: MemoryState, company: CompanyState) {
  const open = new Set([...company.index.openRuns].map(({ sourceId }) => sourceId));
  return [...company.sources.keys()]
    .flatMap((sourceId) => company.index.waitingOf(sourceId))
    .filter((row) => row.missedAfter <= state.now() && !open.has(row.sourceId))
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
  addRun(company, {
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
