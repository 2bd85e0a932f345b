import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

export interface AcknowledgeInput {
  readonly incidentId: string;
  /** Empty for none. */
  readonly note: string;
  readonly byPersonId: string;
}

/**
 * Somebody says that they know of an incident.
 *
 * @param companyId whose incidents the person may see: null for every company's and the provider's own
 * @throws DomainError `not_found`, `incident_closed`
 */
export async function acknowledgeIncident(
  { store }: Pick<DomainDeps, "store">,
  companyId: string | null,
  { incidentId, note, byPersonId }: AcknowledgeInput,
): Promise<void> {
  const incident = await store.findIncident(companyId, incidentId);
  if (incident === null) throw new DomainError("not_found", "there is no such incident");
  const said = { incidentId, note: note === "" ? null : note, byPersonId };
  if ((await store.acknowledgeIncident(incident.companyId, said)) === "not_open") {
    throw new DomainError("incident_closed", "this incident is over already");
  }
}
