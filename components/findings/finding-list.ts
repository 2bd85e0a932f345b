import { FINDING_STATES } from "../../contracts/scrubs.ts";
import { FINDING_STATUS } from "../status/status.ts";
import type { FilterChoice } from "../tables/filter-chips.tsx";
import { BY_COMPANY } from "../tables/sort-words.ts";

/** How the list of findings can be asked for. */
export const FINDING_LIST = { sorts: ["need", "found", "company"], filters: FINDING_STATES } as const;

export const FINDING_SORT_WORDS = {
  need: ["without a good copy first", "deleted and healed first"],
  found: ["newest first", "oldest first"],
  company: BY_COMPANY,
} as const;

export const FINDING_CHOICES: readonly FilterChoice[] = FINDING_STATES.map((value) => ({
  value,
  word: FINDING_STATUS[value].word,
  status: FINDING_STATUS[value],
}));
