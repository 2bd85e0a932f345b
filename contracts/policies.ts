import { z } from "zod";
import { countSchema, nameSchema } from "./fields.ts";
import { companyIdSchema, policyIdSchema } from "./ids.ts";
import { retentionView } from "./retention.ts";
import { levelScheduleView } from "./schedules.ts";

/** A policy: a name, and what it sets for every company that has it. A company has one at most. */
export const policyNameView = z.strictObject({ policyId: policyIdSchema, name: nameSchema });
export type PolicyNameView = z.infer<typeof policyNameView>;

/** By name. */
export const policiesView = z.strictObject({
  policies: z.array(policyNameView.extend({ companies: countSchema })),
});
export type PoliciesView = z.infer<typeof policiesView>;

export const policyGetInput = z.strictObject({ policyId: policyIdSchema });
export const policyView = policyNameView.extend({
  provider: levelScheduleView,
  schedule: levelScheduleView,
  retention: retentionView,
  /** Those that have it, by name; at most 500. */
  companies: z.array(z.strictObject({ companyId: companyIdSchema, name: z.string() })),
});
export type PolicyView = z.infer<typeof policyView>;

export const policyCreateInput = z.strictObject({ name: nameSchema });
export const policyCreatedView = z.strictObject({ policyId: policyIdSchema });

/** Null: the company has none, and the provider's default stands above it. */
export const policyAssignInput = z.strictObject({ companyId: companyIdSchema, policyId: policyIdSchema.nullable() });
export const companyPolicyInput = z.strictObject({ companyId: companyIdSchema });
export const companyPolicyView = z.strictObject({ policy: policyNameView.nullable() });
