import { NOTHING_SET as NO_RETENTION } from "../../retention/effective-retention.ts";
import { NOTHING_SET as NO_SCHEDULE } from "../../schedule/effective-schedule.ts";
import type { PolicyStore } from "../policy-store.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
import { findPolicyOf, timedAtOf } from "./memory-layers.ts";
import type { MemoryState } from "./memory-state.ts";

/** A policy that never set a timing changed none. */
const NEVER = new Date(0);

export function createMemoryPolicies(state: MemoryState): PolicyStore {
  const record = (kind: string) => state.outbox.push({ companyId: null, kind });
  const companiesOf = (policyId: string) =>
    [...state.companies.values()].filter((company) => company.policyId === policyId).toSorted(byName);
  const isTaken = (name: string, policyId: string) =>
    [...state.policies.values()].some((other) => other.policyId !== policyId && keyOf(other) === keyOf({ name }));
  return {
    async createPolicy({ policyId, name }) {
      const same = state.policies.get(policyId);
      if (same) return same.name === name ? "created" : "name_taken";
      if (isTaken(name, policyId)) return "name_taken";
      const schedule = { level: "policy", subjectId: policyId, settings: NO_SCHEDULE, timedAt: NEVER } as const;
      state.policies.set(policyId, {
        policyId,
        name,
        schedule,
        retention: { level: "policy", settings: NO_RETENTION },
      });
      record("policy_created");
      return "created";
    },
    async renamePolicy({ policyId, name }) {
      const policy = state.policies.get(policyId);
      if (!policy) return "not_found";
      if (isTaken(name, policyId)) return "name_taken";
      state.policies.set(policyId, { ...policy, name });
      record("policy_renamed");
      return "renamed";
    },
    async removePolicy({ policyId }) {
      if (companiesOf(policyId).length > 0) return "in_use";
      if (!state.policies.delete(policyId)) return "not_found";
      record("policy_removed");
      return "removed";
    },
    findPolicy: async (policyId) => state.policies.get(policyId) ?? null,
    async listPolicies() {
      const rows = [...state.policies.values()].toSorted(byName).slice(0, MAX_PAGE_ROWS);
      return rows.map(({ policyId, name }) => ({ policyId, name, companies: companiesOf(policyId).length }));
    },
    async listPolicyCompanies(policyId) {
      return companiesOf(policyId)
        .slice(0, MAX_PAGE_ROWS)
        .map(({ companyId, name }) => ({ companyId, name }));
    },
    async putPolicySchedule({ policyId, settings }) {
      const policy = state.policies.get(policyId);
      if (!policy) return "subject_unknown";
      const timedAt = timedAtOf(state, policy.schedule, settings);
      state.policies.set(policyId, { ...policy, schedule: { ...policy.schedule, settings, timedAt } });
      record("policy_changed");
      return "stored";
    },
    async putPolicyRetention({ policyId, settings }) {
      const policy = state.policies.get(policyId);
      if (!policy) return "subject_unknown";
      state.policies.set(policyId, { ...policy, retention: { level: "policy", settings } });
      record("policy_changed");
      return "stored";
    },
    ...createAssignments(state),
  };
}

function createAssignments(state: MemoryState): Pick<PolicyStore, "findCompanyPolicy" | "assignPolicy"> {
  return {
    async findCompanyPolicy(companyId) {
      const policy = findPolicyOf(state, companyId);
      return policy === null ? null : { policyId: policy.policyId, name: policy.name };
    },
    async assignPolicy(companyId, { policyId }) {
      const company = state.companies.get(companyId);
      if (!company || (policyId !== null && !state.policies.has(policyId))) return "not_found";
      if (company.policyId === policyId) return "assigned";
      const timingOf = (id: string | null) => state.policies.get(id ?? "")?.schedule.settings.timing ?? null;
      const [before, after] = [timingOf(company.policyId), timingOf(policyId)];
      const isSame = before?.cron === after?.cron && before?.timeZone === after?.timeZone;
      Object.assign(company, { policyId, policySince: isSame ? (company.policySince ?? NEVER) : state.now() });
      state.outbox.push({ companyId, kind: "policy_assigned" });
      return "assigned";
    },
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf({ name }: { readonly name: string }): string {
  return name.toLowerCase();
}
