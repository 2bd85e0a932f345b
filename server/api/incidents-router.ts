import {
  incidentAcknowledgedView,
  incidentAcknowledgeInput,
  incidentCountInput,
  incidentCountsView,
  incidentListInput,
  incidentPageView,
} from "../../contracts/incidents.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { acknowledgeIncident } from "../domain/incident/acknowledge-incident.ts";
import { ApiError } from "./api-error.ts";
import { toIncidentView } from "./incident-view.ts";
import { toListedPage, toListRequest } from "./list-page.ts";
import { companyOf, router, viewerProcedure } from "./procedures.ts";

export const incidentsRouter = router({
  list: viewerProcedure
    .input(incidentListInput)
    .output(incidentPageView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const { states, kinds } = input;
      const companyId = companyOf(viewer, input.companyId);
      const rows = await deps.store.listIncidents(companyId, { ...toListRequest(input), states, kinds });
      return toListedPage(rows, input, toIncidentView);
    }),
  count: viewerProcedure
    .input(incidentCountInput)
    .output(incidentCountsView)
    .query(({ ctx: { deps, viewer }, input }) => deps.store.countOpenIncidents(companyOf(viewer, input.companyId))),
  acknowledge: viewerProcedure
    .input(incidentAcknowledgeInput)
    .output(incidentAcknowledgedView)
    .mutation(async ({ ctx: { deps, viewer }, input: { incidentId, note } }) => {
      requireCarer(viewer);
      await acknowledgeIncident(deps, companyOf(viewer, undefined), { incidentId, note, byPersonId: viewer.personId });
      return { incidentId };
    }),
});

/** Who may say that they know: operators for every company, owners for their own. */
function requireCarer({ kind, role }: Viewer): void {
  const allowed = kind === "staff" ? ["admin", "operator"] : ["owner"];
  if (allowed.includes(role)) return;
  throw new ApiError("not_allowed", `Your role does not allow this. It needs one of: ${allowed.join(", ")}.`);
}
