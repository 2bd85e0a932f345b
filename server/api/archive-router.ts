import {
  holdLiftInput,
  holdListInput,
  holdPlacedView,
  holdPlaceInput,
  holdsView,
  type RetentionSubject,
  retentionGetInput,
  retentionPutInput,
  retentionStoredView,
  retentionView,
  tiersGetInput,
  tiersView,
} from "../../contracts/retention.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import { liftHold, placeHold } from "../domain/retention/keep-hold.ts";
import { putPolicyRetention, putRetention } from "../domain/retention/put-retention.ts";
import type { ApiDeps } from "./api-deps.ts";
import { ApiError } from "./api-error.ts";
import { found } from "./list-page.ts";
import { companyOf, router, viewerProcedure } from "./procedures.ts";
import { toRetentionView, toTiersView } from "./retention-view.ts";

/** How long snapshots stay, what is kept longer, and what both tiers hold. */
export const archiveRouter = router({
  retention: viewerProcedure
    .input(retentionGetInput)
    .output(retentionView)
    .query(async ({ ctx: { deps, viewer }, input: { subject } }) => {
      const { companyId, machineId, sourceId } = await subjectOf(deps, viewer, subject);
      return toRetentionView(subject.level, await deps.store.listRetention(companyId, { machineId, sourceId }));
    }),
  putRetention: viewerProcedure
    .input(retentionPutInput)
    .output(retentionStoredView)
    .mutation(async ({ ctx: { deps, viewer }, input: { subject, settings } }) => {
      requireKeeper(viewer, subject.level);
      const { personId: byPersonId } = viewer;
      if (subject.level === "policy") {
        await putPolicyRetention(deps, { policyId: subject.policyId, settings, byPersonId });
        await deps.acknowledge(null);
        return { level: subject.level };
      }
      const { companyId, subjectId } = await subjectOf(deps, viewer, subject);
      await putRetention(deps, companyId, { level: subject.level, subjectId, settings, byPersonId });
      await deps.acknowledge(companyId);
      return { level: subject.level };
    }),
  tiers: viewerProcedure
    .input(tiersGetInput)
    .output(tiersView)
    .query(async ({ ctx: { deps, viewer }, input: { companyId } }) => {
      companyOf(viewer, companyId);
      const company = found(await deps.store.findCompany(companyId), "company");
      const zones = (await deps.store.listZones()).length;
      return toTiersView(company.companyId, await deps.store.readTiers(companyId), { zones, prices: deps.tierPrices });
    }),
  holds: viewerProcedure
    .input(holdListInput)
    .output(holdsView)
    .query(async ({ ctx: { deps, viewer }, input: { companyId } }) => {
      companyOf(viewer, companyId);
      return { holds: [...(await deps.store.listHolds(companyId))] };
    }),
  placeHold: viewerProcedure
    .input(holdPlaceInput)
    .output(holdPlacedView)
    .mutation(async ({ ctx: { deps, viewer }, input: { companyId, snapshotId, reason } }) => {
      requireKeeper(viewer, "company");
      companyOf(viewer, companyId);
      const placed = await placeHold(deps, companyId, { snapshotId, reason, byPersonId: viewer.personId });
      await deps.acknowledge(companyId);
      return placed;
    }),
  liftHold: viewerProcedure.input(holdLiftInput).mutation(async ({ ctx: { deps, viewer }, input }) => {
    requireKeeper(viewer, "company");
    companyOf(viewer, input.companyId);
    await liftHold(deps, input.companyId, { holdId: input.holdId, byPersonId: viewer.personId });
    await deps.acknowledge(input.companyId);
  }),
});

/** Admins, and owners in their own company: an operator keeps the service running and decides about nobody's data. */
function requireKeeper({ kind, role }: Viewer, level: RetentionSubject["level"]): void {
  const allowed = level === "provider" || level === "policy" || kind === "staff" ? ["admin"] : ["owner"];
  if (allowed.includes(role)) return;
  throw new ApiError("not_allowed", `Your role does not allow this. It needs one of: ${allowed.join(", ")}.`);
}

type TenantSubject = Exclude<RetentionSubject, { level: "policy" }>;

interface Subject {
  readonly companyId: string | null;
  readonly subjectId: string;
  readonly machineId?: string;
  readonly sourceId?: string;
}

/** Nothing is said of what is another company's. */
async function subjectOf({ store }: ApiDeps, viewer: Viewer, subject: TenantSubject): Promise<Subject> {
  if (subject.level === "provider") {
    if (viewer.kind !== "staff") throw new ApiError("not_allowed", "Only the provider's staff can ask this.");
    return { companyId: null, subjectId: "" };
  }
  companyOf(viewer, subject.companyId);
  const { companyId } = found(await store.findCompany(subject.companyId), "company");
  if (subject.level === "company") return { companyId, subjectId: companyId };
  const { machineId } = found(await store.findMachine(companyId, subject.machineId), "machine");
  if (subject.level === "machine") return { companyId, subjectId: machineId, machineId };
  const source = await store.findSource(companyId, subject.sourceId);
  const { sourceId } = found(source?.machineId === machineId ? source : null, "source");
  return { companyId, subjectId: sourceId, machineId, sourceId };
}
