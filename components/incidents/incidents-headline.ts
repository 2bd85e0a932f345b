import type { IncidentCountsView } from "../../contracts/incidents.ts";
import { formatCount } from "../format/format-bytes.ts";

/** "3 incidents are open. Nobody has looked at 2 of them." */
export function incidentsHeadline({ open, acknowledged }: IncidentCountsView): string {
  const all = open + acknowledged;
  if (all === 0) return "No incident is open.";
  const some = all === 1 ? "1 incident is open." : `${formatCount(all)} incidents are open.`;
  if (open === 0) return `${some} Somebody knows of ${all === 1 ? "it" : "each"}.`;
  if (acknowledged === 0) return some;
  return `${some} Nobody has looked at ${formatCount(open)} of them.`;
}
