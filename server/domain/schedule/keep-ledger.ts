import type { DomainDeps } from "../domain-deps.ts";
import type { MachineKey, OverdueRun } from "../store/ledger-store.ts";
import { resolveSchedule } from "./effective-schedule.ts";
import { readMachineSchedules, type SourceLayers } from "./machine-schedules.ts";
import { judgeOverdue, planExpected } from "./plan-expected.ts";
import type { Planned } from "./plan-start.ts";

type LedgerDeps = Pick<DomainDeps, "store" | "newId">;

export interface LedgerStep {
  /** Machines whose next runs are now expected. */
  readonly planned: number;
  /** Runs that did not come. */
  readonly missed: readonly OverdueRun[];
}

/** One step of the ledger: what did not come is missed, what comes next is expected. Each is bounded; the next step goes on. */
export async function keepLedger(deps: LedgerDeps, graceMs: number): Promise<LedgerStep> {
  const missed = await endOverdueRuns(deps, graceMs);
  const machines = await deps.store.listMachinesToPlan();
  for (const machine of machines) await planMachine(deps, machine, graceMs);
  return { planned: machines.length, missed };
}

async function planMachine(
  { store }: LedgerDeps,
  { companyId, machineId }: MachineKey,
  graceMs: number,
): Promise<void> {
  const { sources } = await readMachineSchedules({ store }, companyId, machineId);
  const now = await store.getTime();
  const runs = sources.flatMap((layered) => {
    const { lastExpectedAt } = layered.source;
    return planExpected({ ...plannedOf(layered), lastExpectedAt, now, graceMs });
  });
  const sourceIds = sources.map(({ source }) => source.sourceId);
  await store.expectRuns(companyId, sourceIds, runs);
}

/** Judged by the schedule as it is now: a pause or another timing takes back what was expected. */
async function endOverdueRuns({ store, newId }: LedgerDeps, graceMs: number): Promise<readonly OverdueRun[]> {
  const overdue = await store.listOverdueRuns();
  const missed: OverdueRun[] = [];
  for (const [machineId, runs] of Map.groupBy(overdue, (run) => run.machineId)) {
    const { companyId } = runs[0] ?? { companyId: "" };
    const { sources } = await readMachineSchedules({ store }, companyId, machineId);
    const now = await store.getTime();
    for (const run of runs) {
      const layered = sources.find(({ source }) => source.sourceId === run.sourceId);
      const { sourceId, dueAt } = run;
      const verdict = layered ? judgeOverdue(plannedOf(layered), { dueAt, now, graceMs }) : "dropped";
      if (verdict === "waiting") continue;
      const end = verdict === "missed" ? ({ kind: "missed", runId: newId() } as const) : ({ kind: "dropped" } as const);
      const isEnded = await store.endOverdueRun(companyId, { sourceId, dueAt, end });
      if (isEnded && verdict === "missed") missed.push(run);
    }
  }
  return missed;
}

function plannedOf({ source: { sourceId, createdAt }, layers }: SourceLayers): Planned {
  return { schedule: resolveSchedule(layers), sourceId, createdAt };
}
