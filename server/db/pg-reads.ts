import { MAX_PAGE_ROWS } from "../domain/store/store.ts";
import type { SnapshotRow, StoreReads } from "../domain/store/store-reads.ts";
import type { PgDatabase } from "./pg-database.ts";
import {
  type CompanyRecord,
  type MachineRecord,
  type RunRecord,
  type SnapshotRecord,
  type SourceRecord,
  toCompanyRow,
  toMachineRow,
  toRunRow,
  toSnapshotRow,
  toSourceRow,
} from "./pg-read-rows.ts";
import { loadStatement } from "./statement.ts";
import { lookUp, type Tx, withCompany, withProvider } from "./transaction.ts";

const READ_COMPANIES = loadStatement("read-companies");
const READ_MACHINES = loadStatement("read-machines");
const READ_SOURCES = loadStatement("read-sources");
const READ_RUNS = loadStatement("read-runs");
const READ_SNAPSHOTS = loadStatement("read-snapshots");
const COMPANY_OF_SNAPSHOT = loadStatement("company-of-snapshot");

/** Reads that join what a table of the portal shows; one statement each. */
export function createPgReads(database: PgDatabase): StoreReads {
  const within = <Result>(companyId: string | null, read: (tx: Tx) => Promise<Result>) =>
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
    listCompanies: async ({ after, limit }) => {
      const values = [null, after ?? null, rowLimit(limit)];
      const rows = await within(null, (tx) => tx.rows<CompanyRecord>(READ_COMPANIES, values));
      return rows.map(toCompanyRow);
    },
    findCompany: async (companyId) => {
      const rows = await within(companyId, (tx) => tx.rows<CompanyRecord>(READ_COMPANIES, [companyId, null, 1]));
      return rows.map(toCompanyRow)[0] ?? null;
    },
    listMachines: async (companyId, { after, limit }) => {
      const values = [companyId, null, after ?? null, rowLimit(limit)];
      const rows = await within(companyId, (tx) => tx.rows<MachineRecord>(READ_MACHINES, values));
      return rows.map(toMachineRow);
    },
    findMachine: async (companyId, machineId) => {
      const values = [companyId, machineId, null, 1];
      const rows = await within(companyId, (tx) => tx.rows<MachineRecord>(READ_MACHINES, values));
      return rows.map(toMachineRow)[0] ?? null;
    },
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
    listRuns: async (companyId, { machineId, sourceId, after, limit }) => {
      const values = [companyId, null, machineId ?? null, sourceId ?? null, after ?? null, rowLimit(limit)];
      const rows = await within(companyId, (tx) => tx.rows<RunRecord>(READ_RUNS, values));
      return rows.map(toRunRow);
    },
    findRun: async (companyId, runId) => {
      const rows = await within(companyId, (tx) =>
        tx.rows<RunRecord>(READ_RUNS, [companyId, runId, null, null, null, 1]),
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

async function findCompanyOfSnapshot(database: PgDatabase, snapshotId: string): Promise<string | null> {
  const rows = await withProvider(database, (tx) => tx.rows<{ company_id: string }>(COMPANY_OF_SNAPSHOT, [snapshotId]));
  return rows[0]?.company_id ?? null;
}

function rowLimit(limit: number): number {
  return Math.max(1, Math.min(limit, MAX_PAGE_ROWS));
}
