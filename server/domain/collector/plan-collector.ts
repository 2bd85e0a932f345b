import type { SourceStart } from "../schedule/plan-agent-starts.ts";
import type { CollectorRow } from "../store/collector-store.ts";
import { isWithin, overlap } from "./collector-path.ts";

/** What the machine that would run it says. */
export interface CollectorPlace {
  /** Its own state folder is there. */
  readonly hasState: boolean;
  /** Somebody has handed over a link that is not used up. */
  readonly hasLink: boolean;
  /** Where its folder really lies, symbolic links followed; null where there is none. */
  readonly realPath: string | null;
  /** Nothing lies in the folder. */
  readonly isEmpty: boolean;
  /** Real paths below which something may be read. */
  readonly roots: readonly string[];
  /** Real paths of the service's own: its data folder with secrets and database, and its zones. */
  readonly ownFolders: readonly string[];
}

/** What the database says. */
export interface CollectorPlan {
  readonly hasSnapshot: boolean;
  readonly starts: readonly SourceStart[];
  readonly others: readonly CollectorRow[];
  readonly now: Date;
}

/** Why nothing is done for a collector that an owner has consented to; each is a word on the portal's pages. */
export type CollectorProblem =
  | "identity_lost"
  | "link_lost"
  | "path_missing"
  | "path_empty"
  | "path_outside"
  | "path_of_service"
  | "path_taken";

export type CollectorStep =
  | { readonly kind: "enrol" | "back_up" }
  | { readonly kind: "rest"; readonly problem: CollectorProblem | null };

/**
 * What is to be done for one collector now, out of everything that is known of it; does nothing.
 *
 * @param plan `starts` of its machine's sources; `others`: every collector that is open, of every company
 */
export function planCollector(collector: CollectorRow, place: CollectorPlace, plan: CollectorPlan): CollectorStep {
  if (collector.consentedAt === null || collector.endedAt !== null) return rest(null);
  const problem = findProblem(collector, place, plan.others);
  if (problem !== null) return rest(problem);
  if (place.hasLink) return { kind: "enrol" };
  const isDue = plan.starts.some(({ next }) => next !== null && next.startAt <= plan.now);
  // The first backup begins with the consent, and is tried again until it is there; what is due later comes by the schedule.
  return !plan.hasSnapshot || isDue ? { kind: "back_up" } : rest(null);
}

function findProblem(
  collector: CollectorRow,
  { hasState, hasLink, realPath, isEmpty, roots, ownFolders }: CollectorPlace,
  others: readonly CollectorRow[],
): CollectorProblem | null {
  if (!hasLink && collector.agent === null) return "link_lost";
  if (!hasLink && !hasState) return "identity_lost";
  // Two proposals at one moment do not see each other: the older one has the folder.
  const rival = others.find(
    (other) => other.collectorId !== collector.collectorId && overlap(other.path, collector.path),
  );
  if (rival !== undefined && isOlder(rival, collector)) return "path_taken";
  if (realPath === null) return "path_missing";
  // A link that leads out of the roots shows another company's data, or the service's own.
  if (!roots.some((root) => isWithin(root, realPath) && root !== realPath)) return "path_outside";
  // Whoever got that would get every company's rows; and a zone that is backed up into itself never ends.
  if (ownFolders.some((own) => overlap(own, realPath))) return "path_of_service";
  // A volume that is not mounted looks so, and would be backed up as everything deleted.
  if (isEmpty) return "path_empty";
  return null;
}

function isOlder(a: CollectorRow, b: CollectorRow): boolean {
  const apart = a.proposedAt.getTime() - b.proposedAt.getTime();
  return apart === 0 ? a.collectorId < b.collectorId : apart < 0;
}

function rest(problem: CollectorProblem | null): CollectorStep {
  return { kind: "rest", problem };
}
