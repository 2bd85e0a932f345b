import type { ExpectedRun, LedgerStore } from "../domain/store/ledger-store.ts";
import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { openIncident } from "./pg-incidents.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withProvider } from "./transaction.ts";

const MACHINES_TO_PLAN = loadStatement("machines-to-plan");
const EXPECTED_RUNS_DROP = loadStatement("expected-runs-drop");
const EXPECTED_RUNS_INSERT = loadStatement("expected-runs-insert");
const OVERDUE_RUNS = loadStatement("overdue-runs");
const EXPECTED_RUN_END = loadStatement("expected-run-end");
const MISSED_RUN_INSERT = loadStatement("missed-run-insert");
const EXPECTED_RUNS_TAKE = loadStatement("expected-runs-take");
const EXPECTED_RUN_CATCH_UP = loadStatement("expected-run-catch-up");

/** What is expected is worked out from schedules, so it is no history; what was missed is, and writes its outbox row. */
export function createPgLedgerStore(database: PgDatabase): LedgerStore {
  return {
    listMachinesToPlan: () =>
      withProvider(database, async (tx) => {
        const rows = await tx.rows<{ company_id: string; machine_id: string }>(MACHINES_TO_PLAN, [MAX_PAGE_ROWS]);
        return rows.map((row) => ({ companyId: row.company_id, machineId: row.machine_id }));
      }),
    expectRuns: (companyId, sourceIds, runs) =>
      withCompany(database, companyId, async (tx) => {
        await tx.run(EXPECTED_RUNS_DROP, [companyId, sourceIds]);
        await tx.run(EXPECTED_RUNS_INSERT, [companyId, ...columnsOf(runs)]);
      }),
    listOverdueRuns: () =>
      withProvider(database, async (tx) => {
        const rows = await tx.rows<OverdueRecord>(OVERDUE_RUNS, [MAX_PAGE_ROWS]);
        return rows.map(({ company_id: companyId, machine_id: machineId, source_id: sourceId, due_at: dueAt }) => {
          return { companyId, machineId, sourceId, dueAt };
        });
      }),
    endOverdueRun: (companyId, { sourceId, dueAt, end }) =>
      withCompany(database, companyId, async (tx) => {
        if ((await tx.run(EXPECTED_RUN_END, [companyId, sourceId, dueAt, end.kind])) === 0) return false;
        if (end.kind === "dropped") return true;
        const { runId } = end;
        await tx.run(MISSED_RUN_INSERT, [companyId, sourceId, runId, dueAt]);
        await openIncident(tx, companyId, { kind: "run_missed", subject: sourceId, code: "no_start" });
        await writeOutbox(tx, companyId, "run_missed", { runId, sourceId, dueAt: dueAt.toISOString() });
        return true;
      }),
  };
}

interface OverdueRecord {
  readonly company_id: string;
  readonly machine_id: string;
  readonly source_id: string;
  readonly due_at: Date;
}

function columnsOf(runs: readonly ExpectedRun[]): readonly unknown[] {
  return [runs.map((run) => run.sourceId), runs.map((run) => run.dueAt), runs.map((run) => run.missedAfter)];
}

/** For which due time a run of the source begins now: all that wait are taken, and the newest of them is named; otherwise the last missed one. */
export async function takeExpectedRuns(
  tx: Tx,
  companyId: string,
  sourceId: string,
): Promise<{ readonly dueAt: Date | null; readonly isCatchUp: boolean }> {
  const taken = await tx.rows<{ due_at: Date }>(EXPECTED_RUNS_TAKE, [companyId, sourceId]);
  const dueTimes = taken.map((row) => row.due_at.getTime());
  if (dueTimes.length > 0) return { dueAt: new Date(Math.max(...dueTimes)), isCatchUp: false };
  const [missed] = await tx.rows<{ due_at: Date }>(EXPECTED_RUN_CATCH_UP, [companyId, sourceId]);
  return { dueAt: missed?.due_at ?? null, isCatchUp: missed !== undefined };
}
