import type { CompanyView } from "../../contracts/companies.ts";
import { companyIdSchema } from "../../contracts/ids.ts";
import type { CompanyRow } from "../domain/store/store-reads.ts";

export function toCompanyView(company: CompanyRow): CompanyView {
  return {
    companyId: companyIdSchema.parse(company.companyId),
    name: company.name,
    createdAt: company.createdAt,
    state: company.rootFingerprint === null ? "invited" : "active",
    machineCount: company.machines,
    machineStates: company.machineStates,
    snapshotCount: company.snapshots,
    lastSnapshotAt: company.lastSnapshotAt,
    storedBytes: company.storedBytes,
  };
}
