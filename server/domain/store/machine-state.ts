import type { CompanyState } from "../../../contracts/companies.ts";
import type { MachineState } from "../../../contracts/machines.ts";

/** What the state of a machine depends on. The SQL of `machine_state` says the same; the contract suite compares them. */
export interface MachineFacts {
  readonly newestRun: { readonly endedAt: Date | null; readonly outcome: string | null } | null;
  readonly newestSnapshot: { readonly outcome: string } | null;
}

/** What stands behind each word: contracts/machines.ts. */
export function machineStateOf({ newestRun, newestSnapshot }: MachineFacts): MachineState {
  if (newestRun !== null && newestRun.endedAt === null) return "running";
  if (newestRun !== null && (newestRun.outcome === "failed" || newestRun.outcome === "missed")) return "failed";
  if (newestSnapshot === null) return "never";
  return newestSnapshot.outcome === "complete" ? "protected" : "gaps";
}

/** A first run protects nothing before it ends. */
export function countedStateOf(machine: MachineFacts): MachineState {
  const state = machineStateOf(machine);
  return state === "running" && machine.newestSnapshot === null ? "never" : state;
}

/** A company is as well as its worst machine; one without a machine never had a snapshot. */
export function companyStateOf(counts: Readonly<Record<MachineState, number>>): CompanyState {
  if (counts.failed > 0) return "failed";
  if (counts.gaps > 0) return "gaps";
  if (counts.never > 0) return "never";
  if (counts.running > 0) return "running";
  return counts.protected > 0 ? "protected" : "never";
}
