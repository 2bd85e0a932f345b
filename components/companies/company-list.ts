import { COMPANY_STATES, type CompanyState } from "../../contracts/companies.ts";
import { MACHINE_STATUS } from "../status/status.ts";
import type { FilterChoice } from "../tables/filter-chips.tsx";
import { BY_LAST_SNAPSHOT, BY_NAME, BY_SNAPSHOTS, NEED_FIRST } from "../tables/sort-words.ts";

/** How the list of companies can be asked for. */
export const COMPANY_LIST = {
  sorts: ["need", "name", "machines", "snapshots", "stored", "lastSnapshot"],
  filters: COMPANY_STATES,
} as const;

export const COMPANY_SORT_WORDS = {
  need: NEED_FIRST,
  name: BY_NAME,
  machines: ["fewest machines first", "most machines first"],
  snapshots: BY_SNAPSHOTS,
  stored: ["least stored first", "most stored first"],
  lastSnapshot: BY_LAST_SNAPSHOT,
} as const;

/** States of companies and of machines, the worst first. */
export const STATE_CHOICES: readonly FilterChoice[] = COMPANY_STATES.map((value: CompanyState) => ({
  value,
  word: MACHINE_STATUS[value].word,
  status: MACHINE_STATUS[value],
}));
