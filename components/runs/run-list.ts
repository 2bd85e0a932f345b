import type { RunId } from "../../contracts/ids.ts";
import { RUN_OUTCOMES, type RunView } from "../../contracts/runs.ts";
import { outcomeStatus } from "../status/status.ts";
import type { FilterChoice } from "../tables/filter-chips.tsx";

/** How a list of runs can be asked for; they have one order, because their ids begin with their time. */
export const RUN_LIST = {
  sorts: ["started"],
  filters: ["running", ...RUN_OUTCOMES],
} as const;

export const RUN_SORT_WORDS = { started: ["newest first", "newest first"] } as const;

export const OUTCOME_CHOICES: readonly FilterChoice[] = RUN_LIST.filters.map((value) => {
  const status = outcomeStatus(value === "running" ? null : value);
  return { value, word: status.word, status };
});

export function openRunIds(runs: readonly RunView[]): RunId[] {
  return runs.filter((run) => run.endedAt === null).map((run) => run.runId);
}
