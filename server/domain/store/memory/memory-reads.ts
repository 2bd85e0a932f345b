import { MACHINE_STATES } from "../../../../contracts/machines.ts";
import { companyStateOf, countedStateOf, machineStateOf } from "../machine-state.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
import type {
  CompanyRow,
  CompanyWatermarksRow,
  MachineRow,
  PersonSummary,
  RunRow,
  SnapshotRow,
  SourceRow,
  StateCounts,
  StoreReads,
} from "../store-reads.ts";
import { isHeld } from "./memory-archive.ts";
import {
  COMPANY_COLUMNS,
  isFound,
  MACHINE_COLUMNS,
  PERSON_COLUMNS,
  pageOf,
  WATERMARK_COLUMNS,
} from "./memory-lists.ts";
import { isKeptSnapshot, type RunState, type SnapshotEntry } from "./memory-rows.ts";
import type { CompanyState, MachineState, MemoryState, PersonState, SourceState } from "./memory-state.ts";

export function createMemoryReads(state: MemoryState): StoreReads {
  const companies = (companyId: string | null) => companiesOf(state, companyId);
  const machines = (companyId: string | null) =>
    companies(companyId).flatMap((company) => [...company.machines.values()].map((row) => toMachineRow(company, row)));
  const runs = (companyId: string | null) =>
    companies(companyId).flatMap((company) => [...company.runs.values()].map((row) => toRunRow(company, row)));
  const sources = (companyId: string) =>
    companies(companyId).flatMap((company) => [...company.sources.values()].map((row) => toSourceRow(company, row)));
  const snapshots = (companyId: string | null) =>
    companies(companyId).flatMap((company) =>
      [...company.snapshots.values()].filter(isKeptSnapshot).map((row) => toSnapshotRow(company, row)),
    );
  return {
    getTime: async () => state.now(),
    getControlTerm: async () => 1,
    listCompanies: async (request) => {
      const rows = companies(null)
        .map(toCompanyRow)
        .filter((row) => isFound(request.search, row.name) && isWanted(request.states, row.state));
      return pageOf(rows, { columns: COMPANY_COLUMNS, id: (row) => row.companyId }, request);
    },
    countStates: async () => countStates(companies(null).map(toCompanyRow)),
    findCompany: async (companyId) => findOne(companies(companyId), (company) => company, toCompanyRow),
    listMachines: async (companyId, request) => {
      const rows = machines(companyId)
        .filter((row) => isFound(request.search, row.name, companyId === null ? row.companyName : null))
        .filter((row) => isWanted(request.states, row.state));
      return pageOf(rows, { columns: MACHINE_COLUMNS, id: (row) => row.machineId }, request);
    },
    findMachine: async (companyId, machineId) =>
      findOne(companies(companyId), (company) => company.machines.get(machineId), toMachineRow),
    listSources: async (companyId, { machineId, after = "", limit }) =>
      sources(companyId)
        .filter((row) => row.sourceId > after && (machineId === undefined || row.machineId === machineId))
        .toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1))
        .slice(0, limit),
    findSource: async (companyId, sourceId) =>
      findOne(companies(companyId), (company) => company.sources.get(sourceId), toSourceRow),
    listRuns: async (companyId, { machineId, sourceId, after, limit, search, outcomes = [] }) =>
      runs(companyId)
        .filter((row) => machineId === undefined || row.machineId === machineId)
        .filter((row) => sourceId === undefined || row.sourceId === sourceId)
        .filter((row) => after === undefined || row.runId < after)
        .filter((row) => isFound(search, row.machineName, row.companyName))
        .filter((row) => isWanted(outcomes, row.outcome ?? "running"))
        .toSorted((a, b) => (a.runId < b.runId ? 1 : -1))
        .slice(0, limit),
    listOpenRuns: async () =>
      runs(null)
        .filter((row) => row.endedAt === null)
        .toSorted((a, b) => (a.runId < b.runId ? 1 : -1))
        .slice(0, MAX_PAGE_ROWS),
    findRun: async (companyId, runId) => findOne(companies(companyId), (company) => company.runs.get(runId), toRunRow),
    listSnapshots: async (companyId, { machineId, sourceId, receivedUntil, beforeCommit, limit }) =>
      snapshots(companyId)
        .filter((row) => machineId === undefined || row.machineId === machineId)
        .filter((row) => sourceId === undefined || row.sourceId === sourceId)
        .filter((row) => receivedUntil === undefined || row.receivedAt.getTime() <= receivedUntil.getTime())
        .filter((row) => beforeCommit === undefined || row.commit < beforeCommit)
        .toSorted((a, b) => b.commit - a.commit)
        .slice(0, limit),
    findSnapshot: async (companyId, snapshotId) =>
      findOne(companies(companyId), (company) => findKept(company, snapshotId), toSnapshotRow),
    ...createPeopleAndWatermarks(state),
  };
}

function findKept(company: CompanyState, snapshotId: string): SnapshotEntry | undefined {
  const entry = company.snapshots.get(snapshotId);
  return entry && isKeptSnapshot(entry) ? entry : undefined;
}

/** All of them for null; none where there is no such company. */
function companiesOf(state: MemoryState, companyId: string | null): CompanyState[] {
  if (companyId === null) return [...state.companies.values()];
  const company = state.companies.get(companyId);
  return company ? [company] : [];
}

function findOne<Entry, Row>(
  companies: readonly CompanyState[],
  find: (company: CompanyState) => Entry | undefined,
  toRow: (company: CompanyState, entry: Entry) => Row,
): Row | null {
  for (const company of companies) {
    const entry = find(company);
    if (entry) return toRow(company, entry);
  }
  return null;
}

function createPeopleAndWatermarks(state: MemoryState): Pick<StoreReads, "listPeople" | "listCompanyWatermarks"> {
  return {
    listCompanyWatermarks: async (companyId, request) => {
      const rows = [...state.companies.values()]
        .filter((company) => companyId === null || company.companyId === companyId)
        .map((company) => toCompanyWatermarksRow(state, company))
        .filter((row) => isFound(request.search, row.companyName));
      return pageOf(rows, { columns: WATERMARK_COLUMNS, id: (row) => row.companyId }, request);
    },
    listPeople: async (companyId, { kind, ...request }) => {
      const rows = [...state.people.values()]
        .map((person) => toPersonSummary(state, person))
        .filter((row) => companyId === null || row.companyId === companyId)
        .filter((row) => kind === undefined || row.kind === kind)
        .filter((row) => isFound(request.search, row.email, companyId === null ? row.companyName : null));
      return pageOf(rows, { columns: PERSON_COLUMNS, id: (row) => row.personId }, request);
    },
  };
}

function countStates(companies: readonly CompanyRow[]): StateCounts {
  const counts = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };
  const machines = { ...counts };
  for (const company of companies) {
    counts[company.state]++;
    for (const state of MACHINE_STATES) machines[state] += company.machineStates[state];
  }
  return { companies: counts, machines };
}

/** No states mean all of them. */
function isWanted<State extends string>(states: readonly State[], state: State): boolean {
  return states.length === 0 || states.includes(state);
}

function toCompanyRow(company: CompanyState): CompanyRow {
  const { companyId, name, createdAt, rootFingerprint, lastCommit, lastSnapshotAt } = company;
  const machineStates = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };
  for (const machine of company.machines.values()) machineStates[countedStateOf(toMachineRow(company, machine))]++;
  return {
    companyId,
    name,
    createdAt,
    rootFingerprint,
    machines: company.machines.size,
    snapshots: company.index.snapshotCount,
    lastCommit,
    lastSnapshotAt,
    storedBytes: company.index.liveBytes,
    machineStates,
    state: companyStateOf(machineStates),
  };
}

function toCompanyWatermarksRow(state: MemoryState, company: CompanyState): CompanyWatermarksRow {
  const snapshots = [...company.snapshots.values()].toSorted((a, b) => a.commit - b.commit);
  const zones = [...state.zones.values()].toSorted((a, b) => a.ordinal - b.ordinal);
  return {
    companyId: company.companyId,
    companyName: company.name,
    lastCommit: company.lastCommit,
    zones: zones.map(({ zoneId }) => {
      const commit = company.watermarks.get(zoneId)?.commit ?? 0;
      const missing = snapshots.find((snapshot) => snapshot.commit > commit);
      return { zoneId, commit, missingSince: missing?.receivedAt ?? null };
    }),
  };
}

function toPersonSummary(state: MemoryState, person: PersonState): PersonSummary {
  const { personId, email, kind, role, companyId, createdAt } = person;
  const companyName = companyId === null ? null : (state.companies.get(companyId)?.name ?? null);
  return { personId, email, kind, role, companyId, companyName, createdAt };
}

function toMachineRow(company: CompanyState, machine: MachineState): MachineRow {
  const { machineId } = machine;
  const agents = [...company.agents.values()].filter((agent) => agent.machineId === machineId && !agent.isRevoked);
  const newest = company.index.newestSnapshotOf(machineId);
  const run = company.index.newestRunOf(machineId);
  const newestSnapshot = newest
    ? {
        snapshotId: newest.snapshot.snapshotId,
        commit: newest.commit,
        zoneId: newest.zoneId,
        receivedAt: newest.receivedAt,
        outcome: newest.outcome,
        counts: newest.snapshot.counts,
      }
    : null;
  const newestRun = run
    ? { runId: run.runId, startedAt: run.startedAt, endedAt: run.endedAt, outcome: run.outcome, code: run.code }
    : null;
  return {
    ...machine,
    companyId: company.companyId,
    companyName: company.name,
    agentId: agents.at(-1)?.agentId ?? null,
    sources: [...company.sources.values()].filter((source) => source.machineId === machineId).length,
    snapshots: company.index.snapshotCountOf(machineId),
    newestSnapshot,
    newestRun,
    state: machineStateOf({ newestRun, newestSnapshot }),
  };
}

function toSourceRow(company: CompanyState, source: SourceState): SourceRow {
  const taken = [...company.snapshots.values()].filter((entry) => entry.snapshot.sourceId === source.sourceId);
  const lastSnapshotAt = taken.toSorted((a, b) => b.commit - a.commit)[0]?.receivedAt ?? null;
  return { ...source, companyId: company.companyId, snapshots: taken.filter(isKeptSnapshot).length, lastSnapshotAt };
}

function toRunRow(company: CompanyState, run: RunState): RunRow {
  const { runId, machineId, sourceId, zoneId, startedAt, endedAt, outcome, code, progress, snapshotId } = run;
  const { dueAt, isCatchUp, attempt } = run;
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
    dueAt,
    isCatchUp,
    attempt,
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
    topPageId: snapshot.topPageId,
    changeListId: snapshot.changeListId,
    backupLeftAt: entry.backupLeftAt,
    frozen: entry.archiveExpiredAt === null ? entry.frozen : null,
    isHeld: isHeld(company, commit),
    manifestSizeBytes: snapshot.manifestSizeBytes,
    manifestSha256: snapshot.manifestSha256,
  };
}
