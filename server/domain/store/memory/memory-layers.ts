import type { ScheduleSettings } from "../../../../contracts/schedules.ts";
import { NOTHING_SET } from "../../schedule/effective-schedule.ts";
import type { PolicyRow } from "../policy-store.ts";
import type { ScheduleRow } from "../schedule-store.ts";
import type { CompanyState, MemoryState } from "./memory-state.ts";

export function findPolicyOf(state: MemoryState, companyId: string | null): PolicyRow | null {
  return state.policies.get(state.companies.get(companyId ?? "")?.policyId ?? "") ?? null;
}

/** What stands between the provider and the company; null where it never had a policy. */
export function policyLayerOf(state: MemoryState, { companyId, policySince }: CompanyState): ScheduleRow | null {
  if (policySince === null) return null;
  const own = findPolicyOf(state, companyId)?.schedule;
  if (!own) return { level: "policy", subjectId: null, settings: NOTHING_SET, timedAt: policySince };
  return { ...own, timedAt: own.timedAt > policySince ? own.timedAt : policySince };
}

/** Moves with the timing alone. */
export function timedAtOf(state: MemoryState, before: ScheduleRow | null, { timing }: ScheduleSettings): Date {
  const was = before?.settings.timing;
  const isSame = was?.cron === timing?.cron && was?.timeZone === timing?.timeZone;
  return before !== null && isSame ? before.timedAt : state.now();
}
