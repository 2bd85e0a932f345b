import {
  type CollectorState,
  type CollectorView,
  collectorConsentInput,
  collectorEndInput,
  collectorListInput,
  collectorProposedView,
  collectorProposeInput,
  collectorsView,
} from "../../contracts/collectors.ts";
import { collectorIdSchema, machineIdSchema } from "../../contracts/ids.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { consentToCollector, endCollector } from "../domain/collector/decide-collector.ts";
import { proposeCollector } from "../domain/collector/propose-collector.ts";
import type { CollectorRow } from "../domain/store/collector-store.ts";
import { ApiError } from "./api-error.ts";
import { companyOf, memberProcedure, router, staffProcedure, viewerProcedure } from "./procedures.ts";

/** Agents that the provider runs for data which it hosts. */
export const collectorsRouter = router({
  list: viewerProcedure
    .input(collectorListInput)
    .output(collectorsView)
    .query(async ({ ctx: { deps, viewer }, input }) => {
      const companyId = companyOf(viewer, input.companyId);
      const rows =
        companyId === null ? await deps.store.listOpenCollectors() : await deps.store.listCollectors(companyId);
      return { collectors: rows.map(toView), roots: viewer.kind === "staff" ? [...deps.collectorRoots] : [] };
    }),
  propose: staffProcedure(["admin", "operator"])
    .input(collectorProposeInput)
    .output(collectorProposedView)
    .mutation(async ({ ctx: { deps, viewer }, input: { companyId, name, path } }) => {
      const input = { name, path, roots: deps.collectorRoots, byPersonId: viewer.personId };
      const { collectorId } = await proposeCollector(deps, companyId, input);
      await deps.acknowledge(companyId);
      return { collectorId: collectorIdSchema.parse(collectorId) };
    }),
  consent: memberProcedure(["owner"])
    .input(collectorConsentInput)
    .mutation(async ({ ctx: { deps, viewer, companyId }, input }) => {
      await consentToCollector(deps, companyId, { ...input, byPersonId: viewer.personId });
      await deps.acknowledge(companyId);
    }),
  end: viewerProcedure.input(collectorEndInput).mutation(async ({ ctx: { deps, viewer }, input }) => {
    requireDecider(viewer);
    const companyId = companyOf(viewer, input.companyId);
    if (companyId === null) throw new ApiError("bad_input", "companyId: must say whose collector it is");
    await endCollector(deps, companyId, { collectorId: input.collectorId, byPersonId: viewer.personId });
    await deps.acknowledge(companyId);
  }),
});

/** Whoever may propose one may take it away; an owner may always. */
function requireDecider({ kind, role }: Viewer): void {
  const allowed = kind === "staff" ? ["admin", "operator"] : ["owner"];
  if (allowed.includes(role)) return;
  throw new ApiError("not_allowed", `Your role does not allow this. It needs one of: ${allowed.join(", ")}.`);
}

function toView(row: CollectorRow): CollectorView {
  const { collectorId, name, path, proposedAt, consentedAt, endedAt, agent, problem } = row;
  return {
    collectorId: collectorIdSchema.parse(collectorId),
    machineId: agent === null ? null : machineIdSchema.parse(agent.machineId),
    ...{ name, path, state: stateOf(row), proposedAt, consentedAt, endedAt, problem },
  };
}

function stateOf({ endedAt, consentedAt, agent }: CollectorRow): CollectorState {
  if (endedAt !== null) return "ended";
  if (consentedAt === null) return "proposed";
  return agent === null ? "consented" : "working";
}
