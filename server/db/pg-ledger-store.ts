import type { ExpectedRun, LedgerStore } from "../domain/store/ledger-store.ts";
import { MAX_ATTEMPTS, NO_START_CODES, WINDOW_ENDED } from "../domain/store/run-store.ts";
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
const RUN_TO_RETRY = loadStatement("run-to-retry");
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

/** For which due time a run begins, and which try of it that is. */
export interface TakenDue {
  readonly dueAt: Date | null;
  readonly isCatchUp: boolean;
  readonly attempt: number;
}

/**
 * For which due time a run of the source begins now: all that wait are taken, and the newest of them is named; otherwise the last missed
 * one; otherwise that of the last run, where it failed and may be tried again.
 */
export async function takeExpectedRuns(tx: Tx, companyId: string, sourceId: string): Promise<TakenDue> {
  const taken = await tx.rows<{ due_at: Date }>(EXPECTED_RUNS_TAKE, [companyId, sourceId]);
  const dueTimes = taken.map((row) => row.due_at.getTime());
  if (dueTimes.length > 0) return { dueAt: new Date(Math.max(...dueTimes)), isCatchUp: false, attempt: 1 };
  const [missed] = await tx.rows<{ due_at: Date }>(EXPECTED_RUN_CATCH_UP, [companyId, sourceId]);
  if (missed !== undefined) return { dueAt: missed.due_at, isCatchUp: true, attempt: 1 };
  const values = [companyId, sourceId, NO_START_CODES, MAX_ATTEMPTS, WINDOW_ENDED];
  const [failed] = await tx.rows<{ due_at: Date; is_catch_up: boolean; attempt: number }>(RUN_TO_RETRY, values);
  if (failed === undefined) return { dueAt: null, isCatchUp: false, attempt: 1 };
  return { dueAt: failed.due_at, isCatchUp: failed.is_catch_up, attempt: failed.attempt };
}
