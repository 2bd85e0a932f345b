import type { DomainDeps } from "../domain-deps.ts";
import type { AgentRow } from "../store/key-store.ts";
import type { RunLease } from "../store/run-store.ts";
import { leaseLost, requireOwnRun } from "./heartbeat-run.ts";

export interface EndRunInput extends RunLease {
  readonly outcome: "failed" | "cancelled";
  /** Why, as a stable code. */
  readonly code: string;
}

/** Ends a run that made no snapshot. Ending it twice the same way succeeds. @throws DomainError `lease_lost` */
export async function endRun(
  { store }: Pick<DomainDeps, "store">,
  agent: AgentRow,
  { runId, fencingToken, outcome, code }: EndRunInput,
): Promise<void> {
  await requireOwnRun(store, agent, runId);
  const ended = await store.endRun(agent.companyId, { runId, fencingToken }, { outcome, code });
  if (ended === "lease_lost") throw leaseLost();
}
