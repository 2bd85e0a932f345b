import type { SnapshotCounts } from "./commit-store.ts";
import type { RunOutcome, RunProgress } from "./run-store.ts";

/** `after` is the id of the last row of the page before; `limit` is at most 500 rows. */
export interface PageRequest {
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface CompanyRow {
  readonly companyId: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Null until the first owner has made the keys. */
  readonly rootFingerprint: Uint8Array | null;
  readonly machines: number;
  readonly snapshots: number;
  readonly lastCommit: number;
  readonly lastSnapshotAt: Date | null;
  /** Stored bytes of live packs, counted once. */
  readonly storedBytes: number;
}

/** With what a table of machines shows, joined by the database: pages never ask once per row. */
export interface MachineRow {
  readonly companyId: string;
  readonly companyName: string;
  readonly machineId: string;
  /** Its newest agent that is not revoked; null when there is none. */
  readonly agentId: string | null;
  readonly sources: number;
  readonly snapshots: number;
  readonly newestSnapshot: {
    readonly snapshotId: string;
    readonly commit: number;
    /** The zone that it was written to. */
    readonly zoneId: string;
    readonly receivedAt: Date;
    readonly outcome: "complete" | "complete_with_gaps";
    readonly counts: SnapshotCounts;
  } | null;
  /** The run that was started last, open or ended. */
  readonly newestRun: {
    readonly runId: string;
    readonly startedAt: Date;
    readonly endedAt: Date | null;
    readonly outcome: RunOutcome | null;
    readonly code: string | null;
  } | null;
  readonly name: string;
  readonly enrolledAt: Date;
  readonly lastSeenAt: Date | null;
  readonly lastSnapshotAt: Date | null;
}

export interface SourceRow {
  readonly companyId: string;
  readonly sourceId: string;
  readonly machineId: string;
  readonly sourceKind: string;
  readonly ordinal: number;
  readonly number: number;
  readonly definition: Uint8Array;
  readonly createdAt: Date;
  readonly snapshots: number;
  readonly lastSnapshotAt: Date | null;
}

export interface RunRow {
  readonly companyId: string;
  readonly companyName: string;
  readonly runId: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly sourceId: string;
  readonly sourceKind: string;
  readonly sourceOrdinal: number;
  readonly zoneId: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Null while the run is open. */
  readonly outcome: RunOutcome | null;
  readonly code: string | null;
  readonly progress: RunProgress;
  readonly snapshotId: string | null;
}

export interface SnapshotRow {
  readonly companyId: string;
  readonly snapshotId: string;
  readonly commit: number;
  readonly scope: number;
  readonly machineId: string;
  readonly machineName: string;
  readonly sourceId: string;
  readonly sourceKind: string;
  readonly sourceOrdinal: number;
  /** The zone that it was written to. */
  readonly zoneId: string;
  readonly agentId: string;
  readonly runId: string;
  readonly sequence: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly receivedAt: Date;
  readonly outcome: "complete" | "complete_with_gaps";
  readonly counts: SnapshotCounts;
  readonly header: Uint8Array;
  readonly manifestSizeBytes: number;
  readonly manifestSha256: Uint8Array;
}

export interface SnapshotFilter {
  readonly machineId?: string | undefined;
  readonly sourceId?: string | undefined;
  /** Received at or before. */
  readonly receivedUntil?: Date | undefined;
  /** Only commit numbers below; the cursor, because lists run from new to old. */
  readonly beforeCommit?: number | undefined;
  readonly limit: number;
}

/** Plain reads. Where `companyId` may be null, null means every company, for staff. */
export interface StoreReads {
  /** The database's clock. */
  getTime(): Promise<Date>;
  listCompanies(page: PageRequest): Promise<readonly CompanyRow[]>;
  findCompany(companyId: string): Promise<CompanyRow | null>;
  listMachines(companyId: string | null, page: PageRequest): Promise<readonly MachineRow[]>;
  findMachine(companyId: string | null, machineId: string): Promise<MachineRow | null>;
  listSources(
    companyId: string,
    filter: { readonly machineId?: string | undefined } & PageRequest,
  ): Promise<readonly SourceRow[]>;
  findSource(companyId: string, sourceId: string): Promise<SourceRow | null>;
  /** Newest first; `after` is the run id to go on below. */
  listRuns(
    companyId: string | null,
    filter: { readonly machineId?: string | undefined; readonly sourceId?: string | undefined } & PageRequest,
  ): Promise<readonly RunRow[]>;
  findRun(companyId: string | null, runId: string): Promise<RunRow | null>;
  /** Newest first. */
  listSnapshots(companyId: string, filter: SnapshotFilter): Promise<readonly SnapshotRow[]>;
  findSnapshot(companyId: string | null, snapshotId: string): Promise<SnapshotRow | null>;
}
