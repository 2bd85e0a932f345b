import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import type { SnapshotRow, StoreReads } from "../domain/store/store-reads.ts";
import type { PgDatabase } from "./pg-database.ts";
import { COUNT_STATES, readCompanies, readMachines, readPeople, readWatermarks } from "./pg-lists.ts";
import {
  type RunRecord,
  type SnapshotRecord,
  type SourceRecord,
  type StateCountRecord,
  toCompanyRow,
  toCompanyWatermarksRow,
  toMachineRow,
  toPersonSummary,
  toRunRow,
  toSnapshotRow,
  toSourceRow,
  toStateCounts,
} from "./pg-read-rows.ts";
import { loadStatement } from "./statement.ts";
import { lookUp, type Tx, withCompany, withProvider } from "./transaction.ts";

const READ_SOURCES = loadStatement("read-sources");
const READ_RUNS = loadStatement("read-runs");
const READ_OPEN_RUNS = loadStatement("read-open-runs");
const READ_SNAPSHOTS = loadStatement("read-snapshots");
const COMPANY_OF_SNAPSHOT = loadStatement("company-of-snapshot");

/** The row that an id names. */
const ONE = { sort: "created", isDescending: false, limit: 1 } as const;

type Within = <Result>(companyId: string | null, read: (tx: Tx) => Promise<Result>) => Promise<Result>;

/** Reads that join what a table of the portal shows; one statement each. */
export function createPgReads(database: PgDatabase): StoreReads {
  const within: Within = (companyId, read) =>
    companyId === null ? withProvider(database, read) : withCompany(database, companyId, read);
  const readSnapshots = async (companyId: string, values: readonly unknown[]): Promise<SnapshotRow[]> => {
    const rows = await withCompany(database, companyId, (tx) =>
      tx.rows<SnapshotRecord>(READ_SNAPSHOTS, [companyId, ...values]),
    );
    return rows.map(toSnapshotRow);
  };
  return {
    getTime: async () => {
      const [row] = await lookUp<{ now: Date }>(database, "select clock_timestamp() as now", []);
      if (!row) throw new Error("the database has no time");
      return row.now;
    },
    getControlTerm: async () => {
      const [row] = await lookUp<{ term: number }>(database, "select term from journal_head", []);
      if (!row) throw new Error("the journal has no head: the migration makes it");
      return row.term;
    },
    ...createOrderedLists(within),
    listSources: async (companyId, { machineId, after, limit }) => {
      const values = [companyId, null, machineId ?? null, after ?? null, rowLimit(limit)];
      const rows = await within(companyId, (tx) => tx.rows<SourceRecord>(READ_SOURCES, values));
      return rows.map(toSourceRow);
    },
    findSource: async (companyId, sourceId) => {
      const values = [companyId, sourceId, null, null, 1];
      const rows = await within(companyId, (tx) => tx.rows<SourceRecord>(READ_SOURCES, values));
      return rows.map(toSourceRow)[0] ?? null;
    },
    listRuns: async (companyId, { machineId, sourceId, after, limit, search, outcomes = [] }) => {
      const wanted = [machineId ?? null, sourceId ?? null, after ?? null, rowLimit(limit)];
      const values = [companyId, null, ...wanted, search ?? null, outcomes];
      const rows = await within(companyId, (tx) => tx.rows<RunRecord>(READ_RUNS, values));
      return rows.map(toRunRow);
    },
    listOpenRuns: async () => {
      const rows = await within(null, (tx) => tx.rows<RunRecord>(READ_OPEN_RUNS, [MAX_PAGE_ROWS]));
      return rows.map(toRunRow);
    },
    findRun: async (companyId, runId) => {
      const rows = await within(companyId, (tx) =>
        tx.rows<RunRecord>(READ_RUNS, [companyId, runId, null, null, null, 1, null, []]),
      );
      return rows.map(toRunRow)[0] ?? null;
    },
    listSnapshots: (companyId, filter) => {
      const { machineId, sourceId, receivedUntil, beforeCommit } = filter;
      const wanted = [machineId ?? null, sourceId ?? null, receivedUntil ?? null, beforeCommit ?? null];
      return readSnapshots(companyId, [null, ...wanted, rowLimit(filter.limit)]);
    },
    findSnapshot: async (companyId, snapshotId) => {
      const owner = companyId ?? (await findCompanyOfSnapshot(database, snapshotId));
      if (owner === null) return null;
      const rows = await readSnapshots(owner, [snapshotId, null, null, null, null, 1]);
      return rows[0] ?? null;
    },
  };
}

type OrderedReads = Pick<
  StoreReads,
  | "listCompanies"
  | "countStates"
  | "findCompany"
  | "listMachines"
  | "findMachine"
  | "listPeople"
  | "listCompanyWatermarks"
>;

function createOrderedLists(within: Within): OrderedReads {
  return {
    listCompanies: async (request) => {
      const base = [null, request.search ?? null, request.states];
      const rows = await within(null, (tx) => readCompanies(tx, base, request));
      return rows.map((row) => ({ ...toCompanyRow(row), position: row.position }));
    },
    countStates: async () => {
      const rows = await within(null, (tx) => tx.rows<StateCountRecord>(COUNT_STATES, [null, null, []]));
      return toStateCounts(rows);
    },
    findCompany: async (companyId) => {
      const rows = await within(companyId, (tx) => readCompanies(tx, [companyId, null, []], ONE));
      return rows.map(toCompanyRow)[0] ?? null;
    },
    listMachines: async (companyId, request) => {
      const base = [companyId, null, request.search ?? null, request.states];
      const rows = await within(companyId, (tx) => readMachines(tx, base, request));
      return rows.map((row) => ({ ...toMachineRow(row), position: row.position }));
    },
    findMachine: async (companyId, machineId) => {
      const rows = await within(companyId, (tx) => readMachines(tx, [companyId, machineId, null, []], ONE));
      return rows.map(toMachineRow)[0] ?? null;
    },
    listPeople: async (companyId, request) => {
      const base = [companyId, request.search ?? null, request.kind ?? null];
      const rows = await within(companyId, (tx) => readPeople(tx, base, request));
      return rows.map((row) => ({ ...toPersonSummary(row), position: row.position }));
    },
    listCompanyWatermarks: async (companyId, request) => {
      const rows = await within(companyId, (tx) => readWatermarks(tx, [companyId, request.search ?? null], request));
      return rows.map((row) => ({ ...toCompanyWatermarksRow(row), position: row.position }));
    },
  };
}

async function findCompanyOfSnapshot(database: PgDatabase, snapshotId: string): Promise<string | null> {
  const rows = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(COMPANY_OF_SNAPSHOT, [snapshotId]));
  return rows[0]?.company_id ?? null;
}

function rowLimit(limit: number): number {
  return Math.max(1, Math.min(limit, MAX_PAGE_ROWS));
}
