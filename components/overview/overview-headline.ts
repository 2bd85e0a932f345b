import type { RunView } from "../../contracts/runs.ts";
import type { ZoneView } from "../../contracts/zones.ts";
import { type CompaniesAnswer, companiesHeadline } from "../companies/companies-headline.ts";
import { formatCount } from "../format/format-bytes.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The answer for staff: who needs them, and whether anything stored cannot be reached. */
export function overviewHeadline(answer: CompaniesAnswer, zones: readonly ZoneView[]): string {
  const lost = zones.filter((zone) => zone.state === "unreachable").map((zone) => `zone ${zone.ordinal}`);
  const zoneSentence = lost.length === 0 ? "" : ` ${sentenceStart(lost.join(" and "))} cannot be reached.`;
  return `${companiesHeadline(answer)}${zoneSentence}`;
}

/** What the headline stands on: the runs that ended in the last 24 hours. */
export function overviewProof(runs: readonly RunView[], now: Date): string {
  const recent = runs.filter((run) => run.endedAt !== null && now.getTime() - run.endedAt.getTime() < DAY_MS);
  const good = recent.filter((run) => run.outcome === "complete" || run.outcome === "complete_with_gaps").length;
  const open = runs.filter((run) => run.endedAt === null).length;
  const ended =
    recent.length === 0
      ? "No run ended in the last 24 hours."
      : `${formatCount(good)} of ${formatCount(recent.length)} runs in the last 24 hours ended well.`;
  return open === 0 ? ended : `${ended} ${formatCount(open)} ${open === 1 ? "is" : "are"} running now.`;
}

function sentenceStart(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
