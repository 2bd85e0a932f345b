import Link from "next/link";
import type { IncidentCountsView } from "../../contracts/incidents.ts";
import { INCIDENT_STATUS } from "../status/status.ts";
import { StatusShape } from "../status/status-mark.tsx";
import { incidentsHeadline } from "./incidents-headline.ts";

/** That something is open, over a page that is about something else; nothing while nothing is. */
export function OpenIncidents({ counts, href }: { readonly counts: IncidentCountsView; readonly href: string }) {
  if (counts.open + counts.acknowledged === 0) return null;
  const { shape, tone } = INCIDENT_STATUS[counts.open > 0 ? "open" : "acknowledged"];
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-card border border-line bg-surface px-4 py-3 shadow-card">
      <span className="inline-flex items-center gap-2 font-[560]">
        <StatusShape shape={shape} tone={tone} />
        {incidentsHeadline(counts)}
      </span>
      <Link href={href} className="rounded-key py-1 font-[560] text-accent hover:underline">
        See what happened
      </Link>
    </p>
  );
}
