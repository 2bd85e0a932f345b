import { type CollectorRow, type CollectorStore, MAX_OPEN_COLLECTORS } from "../collector-store.ts";
import { MAX_PAGE_ROWS, StoreError } from "../store.ts";
import { type CompanyState, getCompany, type MemoryState } from "./memory-state.ts";

export function createMemoryCollectors(state: MemoryState): CollectorStore {
  const find = (companyId: string, collectorId: string) => state.companies.get(companyId)?.collectors.get(collectorId);
  return {
    async proposeCollector(companyId, { collectorId, name, path }) {
      const company = getCompany(state, companyId);
      if (company.collectors.has(collectorId)) return;
      const row = { collectorId, name, path, proposedAt: state.now(), consentedAt: null, endedAt: null };
      company.collectors.set(collectorId, { ...row, enrolmentId: null, link: null, problem: null });
      state.outbox.push({ companyId, kind: "collector_proposed" });
    },
    async listCollectors(companyId) {
      const company = state.companies.get(companyId);
      return company === undefined ? [] : listOf(company).toReversed().slice(0, MAX_PAGE_ROWS);
    },
    async listOpenCollectors() {
      const all = [...state.companies.values()].flatMap(listOf).filter(({ endedAt }) => endedAt === null);
      return all.toSorted((a, b) => a.proposedAt.getTime() - b.proposedAt.getTime()).slice(0, MAX_OPEN_COLLECTORS);
    },
    async consentCollector(companyId, { collectorId, enrolmentId, link }) {
      const collector = find(companyId, collectorId);
      if (!collector || collector.consentedAt !== null || collector.endedAt !== null) return "not_proposed";
      if (!state.companies.get(companyId)?.enrolments.has(enrolmentId)) {
        throw new StoreError("not_found", "there is no such enrolment");
      }
      Object.assign(collector, { consentedAt: state.now(), enrolmentId, link });
      state.outbox.push({ companyId, kind: "collector_consented" });
      return "consented";
    },
    async endCollector(companyId, { collectorId }) {
      const collector = find(companyId, collectorId);
      if (!collector || collector.endedAt !== null) return "not_open";
      Object.assign(collector, { endedAt: state.now(), link: null });
      state.outbox.push({ companyId, kind: "collector_ended" });
      return "ended";
    },
    findCollectorLink: async (companyId, collectorId) => find(companyId, collectorId)?.link ?? null,
    async forgetCollectorLink(companyId, collectorId) {
      const collector = find(companyId, collectorId);
      if (collector) collector.link = null;
    },
    async noteCollectorProblem(companyId, collectorId, problem) {
      const collector = find(companyId, collectorId);
      if (collector) collector.problem = problem;
    },
  };
}

/** Oldest first. */
function listOf(company: CompanyState): CollectorRow[] {
  return [...company.collectors.values()].map(({ enrolmentId, link: _, ...row }) => ({
    companyId: company.companyId,
    ...row,
    agent: findAgent(company, enrolmentId),
  }));
}

function findAgent({ enrolments, agents }: CompanyState, enrolmentId: string | null): CollectorRow["agent"] {
  const agent = agents.get(enrolments.get(enrolmentId ?? "")?.agentId ?? "");
  return agent === undefined ? null : { agentId: agent.agentId, machineId: agent.machineId };
}
