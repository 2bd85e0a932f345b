import type { ZonesView } from "../../contracts/zones.ts";
import { formatDuration } from "../format/format-duration.ts";

/** "Both zones are healthy. Zone 2 is 3 min behind." */
export function zonesHeadline(view: ZonesView): string {
  const bad = view.zones.filter((zone) => zone.state === "unreachable");
  const [first] = bad;
  if (view.zones.length === 0) return "No zone is known yet.";
  const health =
    first === undefined
      ? view.zones.length === 2
        ? "Both zones can be reached."
        : `All ${view.zones.length} zones can be reached.`
      : bad.length === view.zones.length
        ? "No zone can be reached."
        : `Zone ${first.ordinal} cannot be reached.`;
  const behind = worstLag(view);
  if (bad.length === 1 && first !== undefined && behind?.ordinal === first.ordinal) {
    return `Zone ${first.ordinal} cannot be reached, and is ${formatDuration(behind.lagMs)} behind.`;
  }
  return `${health} ${behindSentence(view)}`;
}

/** The zone that is furthest behind, for any company; null when none is. */
function worstLag(view: ZonesView): { readonly ordinal: number; readonly lagMs: number } | null {
  let worst: { ordinal: number; lagMs: number } | null = null;
  for (const company of view.companies) {
    for (const mark of company.zones) {
      const zone = view.zones.find((candidate) => candidate.zoneId === mark.zoneId);
      if (zone !== undefined && mark.lagMs > (worst?.lagMs ?? 0)) worst = { ordinal: zone.ordinal, lagMs: mark.lagMs };
    }
  }
  return worst;
}

function behindSentence(view: ZonesView): string {
  const worst = worstLag(view);
  if (view.companies.every((company) => company.headCommit === 0)) return "Nothing is stored yet.";
  if (worst === null) return "Every snapshot is in each of them.";
  return `Zone ${worst.ordinal} is ${formatDuration(worst.lagMs)} behind.`;
}
