import type { CompanyView } from "../../contracts/companies.ts";
import { MACHINE_STATUS, type Status } from "../status/status.ts";

export interface CompanyStatus {
  readonly status: Status;
  /** How many machines are the reason, when not all of them are. */
  readonly detail: string | undefined;
  /** Orders by what needs somebody first. */
  readonly rank: number;
}

/** Its first owner has a link and has not made the keys yet. */
const INVITED: Status = { word: "Invited", shape: "waiting", tone: "quiet" };

/** A company is as well as its worst machine; one that has no snapshot of any machine is "Never". */
export function companyStatus(company: CompanyView): CompanyStatus {
  if (company.state === "invited") return { status: INVITED, detail: undefined, rank: 2 };
  const { failed, gaps, running, never } = company.machineStates;
  const of = (count: number) => (company.machineCount > 1 ? `${count} of ${company.machineCount}` : undefined);
  if (failed > 0) return { status: MACHINE_STATUS.failed, detail: of(failed), rank: 0 };
  if (gaps > 0) return { status: MACHINE_STATUS.gaps, detail: of(gaps), rank: 1 };
  if (company.machineCount === 0 || never > 0) {
    return { status: MACHINE_STATUS.never, detail: company.machineCount === 0 ? undefined : of(never), rank: 2 };
  }
  if (running > 0) return { status: MACHINE_STATUS.running, detail: of(running), rank: 3 };
  return { status: MACHINE_STATUS.protected, detail: undefined, rank: 4 };
}
