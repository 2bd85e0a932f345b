import { MACHINE_STATES } from "../../contracts/machines.ts";
import type { SnapshotClass } from "../../contracts/retention.ts";
import type {
  CompanyRow,
  CompanyWatermarksRow,
  MachineRow,
  PersonSummary,
  RunRow,
  SnapshotRow,
  SourceRow,
  StateCounts,
} from "../domain/store/store-reads.ts";
import { toBytes } from "./pg-key-objects.ts";

/** How many machines are in which state. */
interface StateColumns {
  readonly protected: number;
  readonly gaps: number;
  readonly failed: number;
  readonly running: number;
  readonly never: number;
}

export interface StateCountRecord extends StateColumns {
  readonly state: CompanyRow["state"];
  readonly companies: number;
}

export function toStateCounts(rows: readonly StateCountRecord[]): StateCounts {
  const companies = { protected: 0, gaps: 0, failed: 0, running: 0, never: 0 };
  const machines = { ...companies };
  for (const row of rows) {
    companies[row.state] = row.companies;
    for (const state of MACHINE_STATES) machines[state] += row[state];
  }
  return { companies, machines };
}

export interface CompanyRecord extends StateColumns {
  readonly company_id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly root_fingerprint: Buffer | null;
  readonly last_commit: number;
  readonly last_snapshot_at: Date | null;
  readonly machines: number;
  readonly snapshots: number;
  readonly stored_bytes: number;
  readonly state: CompanyRow["state"];
}

export function toCompanyRow(row: CompanyRecord): CompanyRow {
  return {
    companyId: row.company_id,
    name: row.name,
    createdAt: row.created_at,
    rootFingerprint: row.root_fingerprint === null ? null : toBytes(row.root_fingerprint),
    machines: row.machines,
    snapshots: row.snapshots,
    lastCommit: row.last_commit,
    lastSnapshotAt: row.last_snapshot_at,
    storedBytes: row.stored_bytes,
    machineStates: {
      protected: row.protected,
      gaps: row.gaps,
      failed: row.failed,
      running: row.running,
      never: row.never,
    },
    state: row.state,
  };
}

export interface CompanyWatermarksRecord {
  readonly company_id: string;
  readonly name: string;
  readonly last_commit: number;
  readonly zones: readonly {
    readonly zone_id: string;
    readonly commit: number;
    readonly missing_since_ms: number | null;
  }[];
}

export function toCompanyWatermarksRow(row: CompanyWatermarksRecord): CompanyWatermarksRow {
  return {
    companyId: row.company_id,
    companyName: row.name,
    lastCommit: row.last_commit,
    zones: row.zones.map((zone) => ({
      zoneId: zone.zone_id,
      commit: zone.commit,
      missingSince: zone.missing_since_ms === null ? null : new Date(zone.missing_since_ms),
    })),
  };
}

export interface PersonRecord {
  readonly person_id: string;
  readonly email: string;
  readonly kind: PersonSummary["kind"];
  readonly role: PersonSummary["role"];
  readonly company_id: string | null;
  readonly company_name: string | null;
  readonly created_at: Date;
}

export function toPersonSummary(row: PersonRecord): PersonSummary {
  return {
    personId: row.person_id,
    email: row.email,
    kind: row.kind,
    role: row.role,
    companyId: row.company_id,
    companyName: row.company_name,
    createdAt: row.created_at,
  };
}

interface CountColumns {
  readonly entries: number;
  readonly files: number;
  readonly bytes: number;
  readonly gaps: number;
}

/** With the newest snapshot and the newest run; their columns are null together when there is none. */
export interface MachineRecord extends Partial<CountColumns> {
  readonly company_id: string;
  readonly company_name: string;
  readonly machine_id: string;
  readonly name: string;
  readonly state: MachineRow["state"];
  readonly enrolled_at: Date;
  readonly last_seen_at: Date | null;
  readonly agent_version: string | null;
  readonly last_snapshot_at: Date | null;
  readonly agent_id: string | null;
  readonly sources: number;
  readonly snapshots: number;
  readonly snapshot_id: string | null;
  readonly commit: number | null;
  readonly snapshot_zone_id: string | null;
  readonly received_at: Date | null;
  readonly snapshot_outcome: SnapshotRow["outcome"] | null;
  readonly run_id: string | null;
  readonly run_started_at: Date | null;
  readonly run_ended_at: Date | null;
  readonly run_outcome: RunRow["outcome"];
  readonly run_code: string | null;
}

export function toMachineRow(row: MachineRecord): MachineRow {
  return {
    companyId: row.company_id,
    companyName: row.company_name,
    machineId: row.machine_id,
    agentId: row.agent_id,
    sources: row.sources,
    snapshots: row.snapshots,
    newestSnapshot: toNewestSnapshot(row),
    newestRun:
      row.run_id === null || row.run_started_at === null
        ? null
        : {
            runId: row.run_id,
            startedAt: row.run_started_at,
            endedAt: row.run_ended_at,
            outcome: row.run_outcome,
            code: row.run_code,
          },
    name: row.name,
    state: row.state,
    enrolledAt: row.enrolled_at,
    lastSeenAt: row.last_seen_at,
    agentVersion: row.agent_version,
    lastSnapshotAt: row.last_snapshot_at,
  };
}

function toNewestSnapshot(row: MachineRecord): MachineRow["newestSnapshot"] {
  const { snapshot_id: snapshotId, commit, snapshot_zone_id: zoneId, received_at: receivedAt } = row;
  const outcome = row.snapshot_outcome;
  if (snapshotId === null || commit === null || zoneId === null || receivedAt === null || outcome === null) return null;
  const { entries = 0, files = 0, bytes = 0, gaps = 0 } = row;
  return { snapshotId, commit, zoneId, receivedAt, outcome, counts: { entries, files, bytes, gaps } };
}

export interface SourceRecord {
  readonly company_id: string;
  readonly source_id: string;
  readonly machine_id: string;
  readonly kind: string;
  readonly ordinal: number;
  readonly number: number;
  readonly definition: Buffer;
  readonly created_at: Date;
  readonly snapshots: number;
  readonly last_snapshot_at: Date | null;
}

export function toSourceRow(row: SourceRecord): SourceRow {
  return {
    companyId: row.company_id,
    sourceId: row.source_id,
    machineId: row.machine_id,
    sourceKind: row.kind,
    ordinal: row.ordinal,
    number: row.number,
    definition: toBytes(row.definition),
    createdAt: row.created_at,
    snapshots: row.snapshots,
    lastSnapshotAt: row.last_snapshot_at,
  };
}

export interface RunRecord {
  readonly company_id: string;
  readonly company_name: string;
  readonly run_id: string;
  readonly machine_id: string;
  readonly machine_name: string;
  readonly source_id: string;
  readonly source_kind: string;
  readonly source_ordinal: number;
  readonly zone_id: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly outcome: RunRow["outcome"];
  readonly code: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly stored_bytes: number;
  readonly snapshot_id: string | null;
  readonly due_at: Date | null;
  readonly is_catch_up: boolean;
  readonly attempt: number;
}

export function toRunRow(row: RunRecord): RunRow {
  return {
    companyId: row.company_id,
    companyName: row.company_name,
    runId: row.run_id,
    machineId: row.machine_id,
    machineName: row.machine_name,
    sourceId: row.source_id,
    sourceKind: row.source_kind,
    sourceOrdinal: row.source_ordinal,
    zoneId: row.zone_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    code: row.code,
    progress: { files: row.files, bytes: row.bytes, storedBytes: row.stored_bytes },
    snapshotId: row.snapshot_id,
    dueAt: row.due_at,
    isCatchUp: row.is_catch_up,
    attempt: row.attempt,
  };
}

export interface SnapshotRecord extends CountColumns {
  readonly company_id: string;
  readonly snapshot_id: string;
  readonly commit: number;
  readonly scope: number;
  readonly machine_id: string;
  readonly machine_name: string;
  readonly source_id: string;
  readonly source_kind: string;
  readonly source_ordinal: number;
  readonly zone_id: string;
  readonly agent_id: string;
  readonly run_id: string;
  readonly sequence: number;
  readonly started_at: Date;
  readonly ended_at: Date;
  readonly received_at: Date;
  readonly outcome: SnapshotRow["outcome"];
  readonly manifest_size: number;
  readonly manifest_sha256: Buffer;
  readonly header: Buffer;
  readonly top_page_id: Buffer;
  readonly change_list_id: Buffer;
  readonly class: SnapshotClass | null;
  readonly backup_left_at: Date | null;
  readonly frozen_at: Date | null;
  readonly retain_until: Date | null;
  readonly archive_expired_at: Date | null;
  readonly is_held: boolean;
}

function toFrozen(row: SnapshotRecord): SnapshotRow["frozen"] {
  const { class: snapshotClass, frozen_at: frozenAt, retain_until: retainUntil } = row;
  if (snapshotClass === null || frozenAt === null || retainUntil === null || row.archive_expired_at !== null)
    return null;
  return { snapshotClass, frozenAt, retainUntil };
}

export function toSnapshotRow(row: SnapshotRecord): SnapshotRow {
  const { entries, files, bytes, gaps } = row;
  return {
    companyId: row.company_id,
    snapshotId: row.snapshot_id,
    commit: row.commit,
    scope: row.scope,
    machineId: row.machine_id,
    machineName: row.machine_name,
    sourceId: row.source_id,
    sourceKind: row.source_kind,
    sourceOrdinal: row.source_ordinal,
    zoneId: row.zone_id,
    agentId: row.agent_id,
    runId: row.run_id,
    sequence: row.sequence,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    receivedAt: row.received_at,
    outcome: row.outcome,
    counts: { entries, files, bytes, gaps },
    header: toBytes(row.header),
    topPageId: toBytes(row.top_page_id),
    changeListId: toBytes(row.change_list_id),
    backupLeftAt: row.backup_left_at,
    frozen: toFrozen(row),
    isHeld: row.is_held,
    manifestSizeBytes: row.manifest_size,
    manifestSha256: toBytes(row.manifest_sha256),
  };
}
