import type { DomainDeps } from "../domain-deps.ts";
import type { AgentRow } from "../store/key-store.ts";
import { resolveSchedule } from "./effective-schedule.ts";
import { readMachineSchedules } from "./machine-schedules.ts";
import { type NextStart, planStart } from "./plan-start.ts";

export interface SourceStart {
  readonly sourceId: string;
  readonly next: NextStart | null;
}

/** When each source of the agent's machine starts next, by the database's clock. */
export async function planAgentStarts(
  deps: Pick<DomainDeps, "store">,
  { companyId, machineId }: Pick<AgentRow, "companyId" | "machineId">,
): Promise<{ readonly now: Date; readonly starts: readonly SourceStart[] }> {
  const { sources } = await readMachineSchedules(deps, companyId, machineId);
  // Asked after the rows: a run that began in between has not begun later than now.
  const now = await deps.store.getTime();
  const starts = sources.map(({ source, layers }): SourceStart => {
    const { sourceId, createdAt, lastStartAt, lastFailure } = source;
    const schedule = resolveSchedule(layers);
    return { sourceId, next: planStart({ schedule, sourceId, createdAt, lastStartAt, lastFailure, now }) };
  });
  return { now, starts };
}
