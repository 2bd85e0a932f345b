import { type NewRun, type NewSource, NO_START_CODES, type RunStore, type StartOutcome } from "../run-store.ts";
import { settleCommit } from "./memory-commits.ts";
import { openIncidentOfFailures } from "./memory-incident-entries.ts";
import { addRun, giveBackExpectedRun, putOffExpectedRuns, takeExpectedRuns } from "./memory-ledger.ts";
import type { RunState } from "./memory-rows.ts";
import { addKeyObjects, type CompanyState, findHeld, getCompany, isSame, type MemoryState } from "./memory-state.ts";

const MAX_ENDED = 100;

export function createMemoryRuns(state: MemoryState): RunStore {
  return {
    putSource: async (companyId, source) => putSource(state, companyId, source),
    startRun: async (companyId, run) => startRun(state, companyId, run),
    async heartbeatRun(companyId, lease, { leaseMs, progress }) {
      const run = findHeld(state, state.companies.get(companyId), lease);
      if (run === null) return { kind: "lease_lost" };
      run.leaseUntilMs = state.now().getTime() + leaseMs;
      run.progress = progress;
      const isOver = run.mustEndAt !== null && run.mustEndAt <= state.now();
      return { kind: "held", zoneId: run.zoneId, isCancelled: run.isCancelled, isOver };
    },
    async endRun(companyId, lease, { outcome, code }) {
      const company = state.companies.get(companyId);
      const run = company?.runs.get(lease.runId);
      if (!company || run?.fencingToken !== lease.fencingToken) return "lease_lost";
      if (run.endedAt !== null) return run.outcome === outcome ? "ended" : "lease_lost";
      end(state, company, { run, outcome, code });
      return "ended";
    },
    async requestCancel(companyId, runId) {
      const run = state.companies.get(companyId)?.runs.get(runId);
      if (!run || run.endedAt !== null) return "run_ended";
      run.isCancelled = true;
      state.outbox.push({ companyId, kind: "run_cancel_requested" });
      return "requested";
    },
    async endExpiredRuns(companyId) {
      const company = getCompany(state, companyId);
      const expired = [...company.index.openRuns].filter((run) => isExpired(state, run)).slice(0, MAX_ENDED);
      for (const run of expired) end(state, company, { run, outcome: "failed", code: "lease_lost" });
      return expired.map((run) => run.runId);
    },
    listCompaniesWithExpiredRuns: async () =>
      [...state.companies.values()]
        .filter((company) => [...company.index.openRuns].some((run) => isExpired(state, run)))
        .map((company) => company.companyId),
  };
}

function isExpired(state: MemoryState, run: RunState): boolean {
  return run.endedAt === null && run.leaseUntilMs <= state.now().getTime();
}

interface RunEnd {
  readonly run: RunState;
  readonly outcome: "failed" | "cancelled";
  readonly code: string;
}

function end(state: MemoryState, company: CompanyState, { run, outcome, code }: RunEnd): void {
  run.endedAt = state.now();
  run.outcome = outcome;
  run.code = code;
  company.index.closeRun(run);
  for (const commit of company.index.reserved.values()) {
    if (commit.runId === run.runId) settleCommit(company, commit, "void");
  }
  if (NO_START_CODES.includes(code)) giveBackExpectedRun(company, run);
  if (outcome === "failed") openIncidentOfFailures(state, company, run);
  state.outbox.push({ companyId: company.companyId, kind: "run_ended" });
}

function putSource(
  state: MemoryState,
  companyId: string,
  source: NewSource,
): Awaited<ReturnType<RunStore["putSource"]>> {
  const company = state.companies.get(companyId);
  const { sourceId, machineId, sourceKind, ordinal, number, definition } = source;
  if (!company || company.agents.get(source.agentId)?.machineId !== machineId) return "machine_unknown";
  const stored = company.sources.get(sourceId);
  if (stored) {
    if (stored.machineId !== machineId) return "number_conflict";
    if (stored.number === number && isSame(stored.definition, definition.bytes)) return "stored";
    if (number !== stored.number + 1) return "number_conflict";
    stored.agentId = source.agentId;
    stored.number = number;
    stored.definition = definition.bytes;
  } else {
    const peers = [...company.sources.values()];
    if (peers.some((peer) => peer.machineId === machineId && peer.ordinal === ordinal)) return "number_conflict";
    const row = {
      sourceId,
      machineId,
      agentId: source.agentId,
      sourceKind,
      ordinal,
      number,
      definition: definition.bytes,
    };
    company.sources.set(sourceId, { ...row, createdAt: state.now() });
  }
  addKeyObjects(state, company, [definition]);
  state.outbox.push({ companyId, kind: "source_put" });
  return "stored";
}

function startRun(state: MemoryState, companyId: string, wanted: NewRun): StartOutcome {
  const company = state.companies.get(companyId);
  const agent = company?.agents.get(wanted.agentId);
  if (!company || !agent || agent.isRevoked) return { kind: "agent_revoked" };
  const source = company.sources.get(wanted.sourceId);
  if (source?.machineId !== wanted.machineId || agent.machineId !== wanted.machineId) return { kind: "source_unknown" };
  const { leaseMs, maxOtherRuns, putOffMs, mustEndAt, ...ids } = wanted;
  const leaseUntilMs = state.now().getTime() + leaseMs;
  const same = company.index.runOfClient(wanted.agentId, wanted.clientRunId);
  if (same?.endedAt) return { kind: "run_ended" };
  if (same) {
    same.leaseUntilMs = leaseUntilMs;
    return { kind: "started", runId: same.runId, fencingToken: same.fencingToken, zoneId: same.zoneId };
  }
  const open = [...company.index.openRuns];
  if (open.filter((run) => run.sourceId !== wanted.sourceId).length > maxOtherRuns) {
    putOffExpectedRuns(state, company, { sourceId: wanted.sourceId, putOffMs });
    return { kind: "company_busy" };
  }
  for (const run of open) {
    if (run.sourceId === wanted.sourceId) end(state, company, { run, outcome: "failed", code: "superseded" });
  }
  const fencingToken = ++state.lastFencingToken;
  const due = takeExpectedRuns(state, company, wanted.sourceId);
  addRun(company, {
    ...ids,
    fencingToken,
    leaseUntilMs,
    startedAt: state.now(),
    endedAt: null,
    outcome: null,
    code: null,
    progress: { files: 0, bytes: 0, storedBytes: 0 },
    isCancelled: false,
    snapshotId: null,
    ...due,
    mustEndAt: due.dueAt === null ? null : mustEndAt,
  });
  state.outbox.push({ companyId, kind: "run_started" });
  return { kind: "started", runId: wanted.runId, fencingToken, zoneId: wanted.zoneId };
}
