import type { RunView } from "../../contracts/runs.ts";
import { formatCount } from "../format/format-bytes.ts";

/** "41 of the newest 43 runs ended well. 1 is running.", or "The newest 43 runs ended well." */
export function runsHeadline(runs: readonly RunView[]): string {
  const open = runs.filter((run) => run.endedAt === null).length;
  const ended = runs.length - open;
  const good = runs.filter((run) => run.outcome === "complete" || run.outcome === "complete_with_gaps").length;
  const now = open === 0 ? "" : `${formatCount(open)} ${open === 1 ? "is" : "are"} running.`;
  if (runs.length === 0) return "No run yet.";
  if (ended === 0) return `${formatCount(open)} ${open === 1 ? "run is" : "runs are"} going on.`;
  const some = good === ended ? "The newest" : `${formatCount(good)} of the newest`;
  const last = ended === 1 ? "The newest run ended" : `${some} ${formatCount(ended)} runs ended`;
  const how = ended === 1 && good === 0 ? "badly" : "well";
  return `${last} ${how}. ${now}`.trim();
}
