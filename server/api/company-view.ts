import type { CompanyView } from "../../contracts/companies.ts";
import { companyIdSchema } from "../../contracts/ids.ts";
import type { CompanyRow, MachineRow } from "../domain/store/store-reads.ts";
import { machineStateOf } from "./machine-view.ts";

/** `machines` are all machines of the company. */
export function toCompanyView(company: CompanyRow, machines: readonly MachineRow[]): CompanyView {
  const machineStates = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };
  for (const machine of machines) {
    const state = machineStateOf(machine);
    // A first run protects nothing before it ends.
    machineStates[state === "running" && machine.newestSnapshot === null ? "never" : state] += 1;
  }
  return {
    companyId: companyIdSchema.parse(company.companyId),
    name: company.name,
    createdAt: company.createdAt,
    state: company.rootFingerprint === null ? "invited" : "active",
    machineCount: company.machines,
    machineStates,
    snapshotCount: company.snapshots,
    lastSnapshotAt: company.lastSnapshotAt,
    storedBytes: company.storedBytes,
  };
}
