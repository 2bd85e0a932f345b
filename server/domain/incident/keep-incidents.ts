import type { IncidentKind } from "../../../contracts/incidents.ts";
import type { DomainDeps } from "../domain-deps.ts";
import type { IncidentPatience } from "../store/incident-store.ts";

/**
 * A probe that fails once a minute twice is no hiccup; a zone that has caught up for an hour may not manage it by itself. Freezing is looked at once an
 * hour, and the first snapshot of a large machine takes some: after a day nobody would say that it is under way.
 */
export const INCIDENT_PATIENCE: IncidentPatience = {
  awayMs: 60_000,
  behindMs: 60 * 60_000,
  freezeMs: 24 * 60 * 60_000,
};

export interface IncidentStep {
  readonly opened: readonly { readonly companyId: string | null; readonly kind: IncidentKind }[];
  readonly closed: number;
}

/** One step: holds open incidents to what is the case, for the zones and for every company where something may have changed. */
export async function keepIncidents(
  { store }: Pick<DomainDeps, "store">,
  patience: IncidentPatience,
): Promise<IncidentStep> {
  const opened: { companyId: string | null; kind: IncidentKind }[] = [];
  let closed = 0;
  for (const companyId of [null, ...(await store.listCompaniesToJudge())]) {
    const judged = await store.judgeIncidents(companyId, patience);
    opened.push(...judged.opened.map((kind) => ({ companyId, kind })));
    closed += judged.closed;
  }
  return { opened, closed };
}
