import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { AgentRow } from "../store/key-store.ts";
import type { RunLease, RunProgress } from "../store/run-store.ts";
import { RUN_LEASE_MS } from "./lease.ts";

export interface HeldRun {
  readonly leaseMs: number;
  readonly zoneId: string;
  /** The agent should stop and end the run as cancelled. */
  readonly isCancelled: boolean;
  /** The same, because the window of its schedule has ended: it goes on in the next one. */
  readonly isOver: boolean;
}

/** Keeps the lease and the figures that the portal shows. @throws DomainError `lease_lost` */
export async function heartbeatRun(
  { store }: Pick<DomainDeps, "store">,
  agent: AgentRow,
  { progress, ...lease }: RunLease & { readonly progress: RunProgress },
): Promise<HeldRun> {
  await requireOwnRun(store, agent, lease.runId);
  const outcome = await store.heartbeatRun(agent.companyId, lease, { leaseMs: RUN_LEASE_MS, progress });
  if (outcome.kind === "lease_lost") throw leaseLost();
  return { leaseMs: RUN_LEASE_MS, zoneId: outcome.zoneId, isCancelled: outcome.isCancelled, isOver: outcome.isOver };
}

/** A run is held by its number alone: whoever learns it must be no other agent. @throws DomainError `lease_lost` */
export async function requireOwnRun(
  store: Pick<DomainDeps["store"], "findRun">,
  { companyId, machineId }: AgentRow,
  runId: string,
): Promise<void> {
  const row = await store.findRun(companyId, runId);
  if (row?.machineId !== machineId) throw leaseLost();
}

export function leaseLost(details: Readonly<Record<string, unknown>> = {}): DomainError {
  return new DomainError("lease_lost", "this run has ended or another took its place: start a new run", details);
}
