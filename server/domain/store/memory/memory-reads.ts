import type { CompanyRow, MachineRow, RunRow, SnapshotRow, SourceRow, StoreReads } from "../store-reads.ts";
import type { CompanyState, MachineState, MemoryState, RunState, SnapshotEntry, SourceState } from "./memory-state.ts";

export function createMemoryReads(state: MemoryState): StoreReads {
  const companies = (companyId: string | null) =>
    [...state.companies.values()].filter((company) => companyId === null || company.companyId === companyId);
  const machines = (companyId: string | null) =>
    companies(companyId).flatMap((company) => [...company.machines.values()].map((row) => toMachineRow(company, row)));
  const runs = (companyId: string | null) =>
    companies(companyId).flatMap((company) => [...company.runs.values()].map((row) => toRunRow(company, row)));
  const sources = (companyId: string) =>
    companies(companyId).flatMap((company) => [...company.sources.values()].map((row) => toSourceRow(company, row)));
  const snapshots = (companyId: string | null) =>
    companies(companyId).flatMap((company) =>
      [...company.snapshots.values()].map((row) => toSnapshotRow(company, row)),
    );
  return {
    getTime: async () => state.now(),
    listCompanies: async ({ after = "", limit }) =>
      companies(null)
        .filter((company) => company.companyId > after)
        .toSorted((a, b) => (a.companyId < b.companyId ? -1 : 1))
        .slice(0, limit)
        .map(toCompanyRow),
    findCompany: async (companyId) => companies(companyId).map(toCompanyRow)[0] ?? null,
    listMachines: async (companyId, { after = "", limit }) =>
      machines(companyId)
        .filter((row) => row.machineId > after)
        .toSorted((a, b) => (a.machineId < b.machineId ? -1 : 1))
        .slice(0, limit),
    findMachine: async (companyId, machineId) => machines(companyId).find((row) => row.machineId === machineId) ?? null,
    listSources: async (companyId, { machineId, after = "", limit }) =>
      sources(companyId)
        .filter((row) => row.sourceId > after && (machineId === undefined || row.machineId === machineId))
        .toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
        .slice(0, limit),
    findSource: async (companyId, sourceId) => sources(companyId).find((row) => row.sourceId === sourceId) ?? null,
    listRuns: async (companyId, { machineId, sourceId, after, limit }) =>
      runs(companyId)
        .filter((row) => machineId === undefined || row.machineId === machineId)
        .filter((row) => sourceId === undefined || row.sourceId === sourceId)
        .filter((row) => after === undefined || row.runId < after)
        .toSorted((a, b) => (a.runId < b.runId ? 1 : -1))
        .slice(0, limit),
    findRun: async (companyId, runId) => runs(companyId).find((row) => row.runId === runId) ?? null,
    listSnapshots: async (companyId, { machineId, sourceId, receivedUntil, beforeCommit, limit }) =>
      snapshots(companyId)
        .filter((row) => machineId === undefined || row.machineId === machineId)
        .filter((row) => sourceId === undefined || row.sourceId === sourceId)
        .filter((row) => receivedUntil === undefined || row.receivedAt.getTime() <= receivedUntil.getTime())
        .filter((row) => beforeCommit === undefined || row.commit < beforeCommit)
        .toSorted((a, b) => b.commit - a.commit)
        .slice(0, limit),
    findSnapshot: async (companyId, snapshotId) =>
      snapshots(companyId).find((row) => row.snapshotId === snapshotId) ?? null,
  };
}

function toCompanyRow(company: CompanyState): CompanyRow {
  const { companyId, name, createdAt, rootFingerprint, lastCommit, lastSnapshotAt } = company;
  const live = [...company.packs.values()].filter((pack) => pack.state === "live");
  return {
    companyId,
    name,
    createdAt,
    rootFingerprint,
    machines: company.machines.size,
    snapshots: company.snapshots.size,
    lastCommit,
    lastSnapshotAt,
    storedBytes: live.reduce((sum, pack) => sum + pack.sizeBytes, 0),
  };
}

function toMachineRow(company: CompanyState, machine: MachineState): MachineRow {
  const { machineId } = machine;
  const agents = [...company.agents.values()].filter((agent) => agent.machineId === machineId && !agent.isRevoked);
  const taken = [...company.snapshots.values()].filter((entry) => entry.snapshot.machineId === machineId);
  const newest = taken.toSorted((a, b) => b.commit - a.commit)[0];
  const runs = [...company.runs.values()].filter((run) => run.machineId === machineId);
  const run = runs.toSorted((a, b) => (a.runId < b.runId ? 1 : -1))[0];
  return {
    ...machine,
    companyId: company.companyId,
    companyName: company.name,
    agentId: agents.at(-1)?.agentId ?? null,
    sources: [...company.sources.values()].filter((source) => source.machineId === machineId).length,
    snapshots: taken.length,
    newestSnapshot: newest
      ? {
          snapshotId: newest.snapshot.snapshotId,
          commit: newest.commit,
          zoneId: newest.zoneId,
          receivedAt: newest.receivedAt,
          outcome: newest.outcome,
          counts: newest.snapshot.counts,
        }
      : null,
    newestRun: run
      ? { runId: run.runId, startedAt: run.startedAt, endedAt: run.endedAt, outcome: run.outcome, code: run.code }
      : null,
  };
}

function toSourceRow(company: CompanyState, source: SourceState): SourceRow {
  const taken = [...company.snapshots.values()].filter((entry) => entry.snapshot.sourceId === source.sourceId);
  const lastSnapshotAt = taken.toSorted((a, b) => b.commit - a.commit)[0]?.receivedAt ?? null;
  return { ...source, companyId: company.companyId, snapshots: taken.length, lastSnapshotAt };
}

function toRunRow(company: CompanyState, run: RunState): RunRow {
  const { runId, machineId, sourceId, zoneId, startedAt, endedAt, outcome, code, progress, snapshotId } = run;
  const source = company.sources.get(sourceId);
  return {
    companyId: company.companyId,
    companyName: company.name,
    runId,
    machineId,
    machineName: company.machines.get(machineId)?.name ?? "",
    sourceId,
    sourceKind: source?.sourceKind ?? "",
    sourceOrdinal: source?.ordinal ?? 0,
    zoneId,
    startedAt,
    endedAt,
    outcome,
    code,
    progress,
    snapshotId,
  };
}

function toSnapshotRow(company: CompanyState, entry: SnapshotEntry): SnapshotRow {
  const { snapshot, commit, zoneId, runId, receivedAt, outcome } = entry;
  const source = company.sources.get(snapshot.sourceId);
  return {
    companyId: company.companyId,
    snapshotId: snapshot.snapshotId,
    commit,
    scope: snapshot.scope,
    machineId: snapshot.machineId,
    machineName: company.machines.get(snapshot.machineId)?.name ?? "",
    sourceId: snapshot.sourceId,
    sourceKind: source?.sourceKind ?? "",
    sourceOrdinal: source?.ordinal ?? 0,
    zoneId,
    agentId: snapshot.agentId,
    runId,
    sequence: snapshot.sequence,
    startedAt: snapshot.startedAt,
    endedAt: snapshot.endedAt,
    receivedAt,
    outcome,
    counts: snapshot.counts,
    header: snapshot.header,
    manifestSizeBytes: snapshot.manifestSizeBytes,
    manifestSha256: snapshot.manifestSha256,
  };
}
