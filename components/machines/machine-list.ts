import { COMPANY_STATES } from "../../contracts/companies.ts";
import type { RunId } from "../../contracts/ids.ts";
import type { MachineView } from "../../contracts/machines.ts";
import { BY_COMPANY, BY_LAST_SNAPSHOT, BY_NAME, BY_SNAPSHOTS, NEED_FIRST } from "../tables/sort-words.ts";

/** How a list of machines can be asked for. */
export const MACHINE_LIST = {
  sorts: ["need", "name", "company", "lastSnapshot", "bytes", "snapshots"],
  filters: COMPANY_STATES,
} as const;

export const MACHINE_SORT_WORDS = {
  need: NEED_FIRST,
  name: BY_NAME,
  company: BY_COMPANY,
  lastSnapshot: BY_LAST_SNAPSHOT,
  bytes: ["smallest first", "largest first"],
  snapshots: BY_SNAPSHOTS,
} as const;

export function openRunIdsOf(machines: readonly MachineView[]): RunId[] {
  return machines.flatMap((machine) => machine.openRunId ?? []);
}
