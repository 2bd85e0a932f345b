import type { IncidentKind } from "../../contracts/incidents.ts";
import { FAILURES_IN_A_ROW } from "../domain/store/incident-store.ts";
import { loadStatement } from "./statement.ts";
import type { Tx } from "./transaction.ts";

const INCIDENT_OPEN = loadStatement("incident-open");
const INCIDENT_OF_FAILURES = loadStatement("incident-of-failures");
const INCIDENTS_CLOSE_SOURCE = loadStatement("incidents-close-source");

/** Something happened; see [Note: Incidents]. */
export async function openIncident(
  tx: Tx,
  companyId: string,
  { kind, subject, code }: { readonly kind: IncidentKind; readonly subject: string; readonly code: string },
): Promise<void> {
  await tx.run(INCIDENT_OPEN, [companyId, kind, subject, code]);
}

/** Called behind the statement that ended these runs as failed. */
export async function openIncidentsOfFailures(
  tx: Tx,
  companyId: string,
  { runIds, code }: { readonly runIds: readonly string[]; readonly code: string },
): Promise<void> {
  await tx.run(INCIDENT_OF_FAILURES, [companyId, runIds, code, FAILURES_IN_A_ROW]);
}

/** The source is backed up again. */
export async function closeIncidentsOfSource(tx: Tx, companyId: string, sourceId: string): Promise<void> {
  await tx.run(INCIDENTS_CLOSE_SOURCE, [companyId, sourceId]);
}
