import { companyIdSchema, policyIdSchema } from "../../contracts/ids.ts";
import {
  companyPolicyInput,
  companyPolicyView,
  type PolicyNameView,
  policiesView,
  policyAssignInput,
  policyCreatedView,
  policyCreateInput,
  policyGetInput,
  policyNameView,
  policyView,
} from "../../contracts/policies.ts";
import { STAFF_ROLES } from "../../contracts/viewer.ts";
import { assignPolicy, createPolicy, removePolicy, renamePolicy } from "../domain/policy/keep-policies.ts";
import type { PolicyName } from "../domain/store/policy-store.ts";
import { found } from "./list-page.ts";
import { companyOf, router, staffProcedure, viewerProcedure } from "./procedures.ts";
import { toRetentionView } from "./retention-view.ts";
import { toLevelView } from "./schedule-view.ts";

/** Named settings for many companies. What one sets is changed by `schedules.put` and `archive.putRetention`, as at every level. */
export const policiesRouter = router({
  list: staffProcedure(STAFF_ROLES)
    .output(policiesView)
    .query(async ({ ctx: { deps } }) => {
      const rows = await deps.store.listPolicies();
      return { policies: rows.map((row) => ({ ...toNameView(row), companies: row.companies })) };
    }),
  get: staffProcedure(STAFF_ROLES)
    .input(policyGetInput)
    .output(policyView)
    .query(async ({ ctx: { deps }, input: { policyId } }) => {
      const { store } = deps;
      const policy = found(await store.findPolicy(policyId), "policy");
      const provider = [await store.findProviderSchedule()].filter((row) => row !== null);
      const now = await store.getTime();
      const companies = await store.listPolicyCompanies(policyId);
      return {
        ...toNameView(policy),
        provider: toLevelView("provider", provider, now),
        schedule: toLevelView("policy", [...provider, policy.schedule], now),
        retention: toRetentionView("policy", [...(await store.listRetention(null, {})), policy.retention]),
        companies: companies.map(({ companyId, name }) => ({ companyId: companyIdSchema.parse(companyId), name })),
      };
    }),
  ofCompany: viewerProcedure
    .input(companyPolicyInput)
    .output(companyPolicyView)
    .query(async ({ ctx: { deps, viewer }, input: { companyId } }) => {
      companyOf(viewer, companyId);
      found(await deps.store.findCompany(companyId), "company");
      const policy = await deps.store.findCompanyPolicy(companyId);
      return { policy: policy && toNameView(policy) };
    }),
  create: staffProcedure(["admin"])
    .input(policyCreateInput)
    .output(policyCreatedView)
    .mutation(async ({ ctx: { deps, viewer }, input: { name } }) => {
      const { policyId } = await createPolicy(deps, { name, byPersonId: viewer.personId });
      await deps.acknowledge(null);
      return { policyId: policyIdSchema.parse(policyId) };
    }),
  rename: staffProcedure(["admin"])
    .input(policyNameView)
    .mutation(async ({ ctx: { deps, viewer }, input }) => {
      await renamePolicy(deps, { ...input, byPersonId: viewer.personId });
      await deps.acknowledge(null);
    }),
  remove: staffProcedure(["admin"])
    .input(policyGetInput)
    .mutation(async ({ ctx: { deps, viewer }, input: { policyId } }) => {
      await removePolicy(deps, { policyId, byPersonId: viewer.personId });
      await deps.acknowledge(null);
    }),
  assign: staffProcedure(["admin"])
    .input(policyAssignInput)
    .mutation(async ({ ctx: { deps, viewer }, input: { companyId, policyId } }) => {
      await assignPolicy(deps, companyId, { policyId, byPersonId: viewer.personId });
      await deps.acknowledge(companyId);
    }),
});

function toNameView({ policyId, name }: PolicyName): PolicyNameView {
  return { policyId: policyIdSchema.parse(policyId), name };
}
