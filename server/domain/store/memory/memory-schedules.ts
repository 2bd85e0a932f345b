import type { LastFailure, NewSchedule, ScheduleStore } from "../schedule-store.ts";
import { byLevel } from "../setting-order.ts";
import { MAX_PAGE_ROWS, StoreError } from "../store.ts";
import { policyLayerOf, timedAtOf } from "./memory-layers.ts";
import { findLastStart } from "./memory-ledger.ts";
import type { RunState } from "./memory-rows.ts";
import type { CompanyState, MemoryState } from "./memory-state.ts";

export function createMemorySchedules(state: MemoryState): ScheduleStore {
  return {
    findProviderSchedule: async () => state.providerSchedule,
    async putProviderSchedule(settings) {
      if (state.providerName === null)
        throw new StoreError("not_found", "this installation belongs to no provider yet");
      const timedAt = timedAtOf(state, state.providerSchedule, settings);
      state.providerSchedule = { level: "provider", subjectId: null, settings, timedAt };
      state.outbox.push({ companyId: null, kind: "schedule_changed" });
    },
    async putSchedule(companyId, { level, subjectId, settings }) {
      const company = state.companies.get(companyId);
      if (!company || !isOf(company, { level, subjectId })) return "subject_unknown";
      const timedAt = timedAtOf(state, company.schedules.get(subjectId) ?? null, settings);
      company.schedules.set(subjectId, { level, subjectId, settings, timedAt });
      state.outbox.push({ companyId, kind: "schedule_changed" });
      return "stored";
    },
    async listSchedules(companyId, machineId) {
      const company = state.companies.get(companyId);
      const rows = [...(company?.schedules.values() ?? [])].filter(({ level, subjectId }) => {
        if (level === "company") return true;
        if (level === "machine") return subjectId === machineId;
        return company?.sources.get(subjectId ?? "")?.machineId === machineId;
      });
      const policy = company === undefined ? null : policyLayerOf(state, company);
      return (policy === null ? rows : [policy, ...rows]).toSorted(byLevel);
    },
    async listPlannedSources(companyId, machineId, exceptCodes) {
      const company = state.companies.get(companyId);
      const sources = [...(company?.sources.values() ?? [])].filter((source) => source.machineId === machineId);
      return sources
        .toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
        .slice(0, MAX_PAGE_ROWS)
        .map(({ sourceId, sourceKind, ordinal, createdAt }) => {
          const last = findLastStart(company, sourceId, exceptCodes);
          const lastExpectedAt = company?.index.newestExpectedOf(sourceId, state.now())?.dueAt ?? null;
          const lastFailure = toFailure(last);
          const lastStartAt = last?.startedAt ?? null;
          return { sourceId, sourceKind, ordinal, createdAt, lastStartAt, lastFailure, lastExpectedAt };
        });
    },
  };
}

function toFailure(run: RunState | undefined): LastFailure | null {
  if (run?.outcome !== "failed" || run.dueAt === null || run.endedAt === null) return null;
  return { dueAt: run.dueAt, endedAt: run.endedAt, attempt: run.attempt, code: run.code };
}

function isOf(company: CompanyState, { level, subjectId }: Pick<NewSchedule, "level" | "subjectId">): boolean {
  if (level === "company") return subjectId === company.companyId;
  return level === "machine" ? company.machines.has(subjectId) : company.sources.has(subjectId);
}
