import type { LedgerStore, MachineKey } from "../ledger-store.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
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
): { readonly dueAt: Date | null; readonly isCatchUp: boolean } {
  const { index } = company;
  const due = (row: ExpectedState) => row.dueAt <= state.now();
  const waiting = index.waitingOf(sourceId).filter(due);
  for (const row of waiting) index.setExpected(row, "started");
  const taken = newestOf(waiting);
  if (taken !== null) return { dueAt: taken.dueAt, isCatchUp: false };
  const newest = index.newestExpectedOf(sourceId, state.now());
  if (newest?.state !== "missed") return { dueAt: null, isCatchUp: false };
  index.setExpected(newest, "caught_up");
  return { dueAt: newest.dueAt, isCatchUp: true };
}

/** As the database does when a run was interrupted. */
export function giveBackExpectedRun(company: CompanyState, { sourceId, dueAt }: RunState): void {
  const row = dueAt === null ? undefined : company.expectedRuns.get(keyOf(sourceId, dueAt));
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
  const layers = state.providerSchedule === null ? chain : [state.providerSchedule, ...chain];
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
  });
  state.outbox.push({ companyId: company.companyId, kind: "run_missed" });
}

function keyOf(sourceId: string, dueAt: Date): string {
  return `${sourceId}/${dueAt.getTime()}`;
}
