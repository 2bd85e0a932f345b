import type { ApiDeps } from "../api-deps.ts";
import type { KeyedCompany } from "./keyed-company.ts";

/** A run of the company's source that was due and did not begin; resolves with the id of its incident. */
export async function openTestIncident(
  { store, newId }: ApiDeps,
  { companyId, sourceId }: Pick<KeyedCompany, "companyId" | "sourceId">,
): Promise<string> {
  // Its open run began before.
  const dueAt = await store.getTime();
  await store.expectRuns(companyId, [], [{ sourceId, dueAt, missedAfter: dueAt }]);
  await store.endOverdueRun(companyId, { sourceId, dueAt, end: { kind: "missed", runId: newId() } });
  const newest = { sort: "opened", isDescending: false, states: [], kinds: [], limit: 1 } as const;
  const [incident] = await store.listIncidents(companyId, newest);
  if (incident === undefined) throw new Error("a missed run is an incident");
  return incident.incidentId;
}
