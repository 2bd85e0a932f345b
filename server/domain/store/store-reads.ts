import type { CompanySort, CompanyState } from "../../../contracts/companies.ts";
import type { MachineSort, MachineState } from "../../../contracts/machines.ts";
import type { PersonSort } from "../../../contracts/people.ts";
import type { SnapshotClass } from "../../../contracts/retention.ts";
import type { WatermarkSort } from "../../../contracts/zones.ts";
import type { MemberRole, StaffRole } from "./account-store.ts";
import type { SnapshotCounts } from "./commit-store.ts";
import type { Listed, ListRequest } from "./list-order.ts";
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
  /** How many machines are in which state; one whose first run is open counts as `never`. */
  readonly machineStates: Readonly<Record<MachineState, number>>;
  /** As its worst machine. */
  readonly state: CompanyState;
}

export interface StateCounts {
  readonly companies: Readonly<Record<CompanyState, number>>;
  readonly machines: Readonly<Record<MachineState, number>>;
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
  readonly state: MachineState;
  readonly enrolledAt: Date;
  readonly lastSeenAt: Date | null;
  /** What its agent last said that it is; null before it said anything. */
  readonly agentVersion: string | null;
  readonly lastSnapshotAt: Date | null;
}

/** A person as tables show them; nothing that signs in. */
export interface PersonSummary {
  readonly personId: string;
  readonly email: string;
  readonly kind: "staff" | "member";
  readonly role: StaffRole | MemberRole;
  readonly companyId: string | null;
  readonly companyName: string | null;
  readonly createdAt: Date;
}

/** How far the copies of one company are. */
export interface CompanyWatermarksRow {
  readonly companyId: string;
  readonly companyName: string;
  readonly lastCommit: number;
  /** In the order of the zones. */
  readonly zones: readonly ZoneWatermark[];
}

export interface ZoneWatermark {
  readonly zoneId: string;
  /** Greatest commit number up to which every snapshot is present; 0 before the first. */
  readonly commit: number;
  /** When the oldest snapshot above it was received; null when the zone lacks none. */
  readonly missingSince: Date | null;
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
  /** The due time that it began for, or that was missed; null when nobody expected it. */
  readonly dueAt: Date | null;
  /** It began for a due time that had been missed before. */
  readonly isCatchUp: boolean;
  /** Which try of its due time it is, from 1. */
  readonly attempt: number;
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
  readonly topPageId: Uint8Array;
  readonly changeListId: Uint8Array;
  /** When the backup tier gave it up; null while it is there. */
  readonly backupLeftAt: Date | null;
  /** Null before it was frozen, and again when the archive let it expire. */
  readonly frozen: {
    readonly snapshotClass: SnapshotClass;
    readonly frozenAt: Date;
    readonly retainUntil: Date;
  } | null;
  /** A legal hold keeps it, whatever its retention says. */
  readonly isHeld: boolean;
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

export interface RunFilter extends PageRequest {
  readonly machineId?: string | undefined;
  readonly sourceId?: string | undefined;
  /** In the names of machine and company, in any case. */
  readonly search?: string | undefined;
  /** `running` for open runs; none or undefined mean all. */
  readonly outcomes?: readonly (RunOutcome | "running")[] | undefined;
}

/** Plain reads. Where `companyId` may be null, null means every company, for staff. */
export interface StoreReads {
  /** The database's clock. */
  getTime(): Promise<Date>;
  /** Of the history that the database holds: 1, and one more for each recovery ([Note: control terms] in zones/with-term.ts). */
  getControlTerm(): Promise<number>;
  /** No `states` mean all of them; here and below. */
  listCompanies(
    request: ListRequest<CompanySort> & { readonly states: readonly CompanyState[] },
  ): Promise<readonly Listed<CompanyRow>[]>;
  /** Of all companies, and of all their machines; one whose first run is open counts as `never`. */
  countStates(): Promise<StateCounts>;
  findCompany(companyId: string): Promise<CompanyRow | null>;
  listMachines(
    companyId: string | null,
    request: ListRequest<MachineSort> & { readonly states: readonly MachineState[] },
  ): Promise<readonly Listed<MachineRow>[]>;
  findMachine(companyId: string | null, machineId: string): Promise<MachineRow | null>;
  listSources(
    companyId: string,
    filter: { readonly machineId?: string | undefined } & PageRequest,
  ): Promise<readonly SourceRow[]>;
  findSource(companyId: string, sourceId: string): Promise<SourceRow | null>;
  /** Newest first; `after` is the run id to go on below. */
  listRuns(companyId: string | null, filter: RunFilter): Promise<readonly RunRow[]>;
  /** Of every company, newest first, at most 500. */
  listOpenRuns(): Promise<readonly RunRow[]>;
  findRun(companyId: string | null, runId: string): Promise<RunRow | null>;
  /** Those that are kept in a tier, newest first. */
  listSnapshots(companyId: string, filter: SnapshotFilter): Promise<readonly SnapshotRow[]>;
  findSnapshot(companyId: string | null, snapshotId: string): Promise<SnapshotRow | null>;
  listCompanyWatermarks(
    companyId: string | null,
    request: ListRequest<WatermarkSort>,
  ): Promise<readonly Listed<CompanyWatermarksRow>[]>;
  /** Null lists staff and the members of every company. */
  listPeople(
    companyId: string | null,
    request: ListRequest<PersonSort> & { readonly kind?: "staff" | "member" | undefined },
  ): Promise<readonly Listed<PersonSummary>[]>;
}
