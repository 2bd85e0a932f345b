import type { RetentionSettings } from "../../../contracts/retention.ts";
import type { ScheduleSettings } from "../../../contracts/schedules.ts";
import type { RetentionRow } from "./archive-store.ts";
import type { ScheduleRow } from "./schedule-store.ts";

export interface PolicyName {
  readonly policyId: string;
  readonly name: string;
}

/** What a policy sets itself; both rows have the level `policy`. */
export interface PolicyRow extends PolicyName {
  readonly schedule: ScheduleRow;
  readonly retention: RetentionRow;
}

/** Who did it, for the audit. */
export interface PolicyChange {
  readonly policyId: string;
  readonly byPersonId: string;
}

/**
 * Named settings that the provider makes for many companies. They stand between its default and the company: `listSchedules` and `listRetention`
 * have them for a company that has a policy.
 */
export interface PolicyStore {
  /** Two policies have names that differ by more than upper and lower case. Creating the same one again changes nothing. */
  createPolicy(policy: PolicyChange & { readonly name: string }): Promise<"created" | "name_taken">;
  renamePolicy(policy: PolicyChange & { readonly name: string }): Promise<"renamed" | "name_taken" | "not_found">;
  /** `in_use`: a company has it. */
  removePolicy(policy: PolicyChange): Promise<"removed" | "in_use" | "not_found">;
  findPolicy(policyId: string): Promise<PolicyRow | null>;
  /** By name, at most 500, each with the number of companies that have it. */
  listPolicies(): Promise<readonly (PolicyName & { readonly companies: number })[]>;
  /** Those that have it, by name, at most 500. */
  listPolicyCompanies(policyId: string): Promise<readonly { readonly companyId: string; readonly name: string }[]>;
  /** Replaces what it sets itself. `timedAt` moves with the timing alone. */
  putPolicySchedule(
    change: PolicyChange & { readonly settings: ScheduleSettings },
  ): Promise<"stored" | "subject_unknown">;
  putPolicyRetention(
    change: PolicyChange & { readonly settings: RetentionSettings },
  ): Promise<"stored" | "subject_unknown">;
  /** The policy that a company has; null for none. */
  findCompanyPolicy(companyId: string): Promise<PolicyName | null>;
  /** `policyId` null: none from now on. Counts as a change of the company's timing, unless it is the one that it had. */
  assignPolicy(
    companyId: string,
    change: { readonly policyId: string | null; readonly byPersonId: string },
  ): Promise<"assigned" | "not_found">;
}
