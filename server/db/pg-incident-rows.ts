import type { IncidentKind, IncidentState } from "../../contracts/incidents.ts";
import type { IncidentRow } from "../domain/store/incident-store.ts";
import { PROVIDER_ID } from "./transaction.ts";

/** A row of list-incidents. */
export interface IncidentRecord {
  readonly incident_id: string;
  readonly company_id: string;
  readonly company_name: string | null;
  readonly kind: IncidentKind;
  readonly subject: string;
  readonly state: IncidentState;
  readonly code: string;
  readonly count: number;
  readonly opened_at: Date;
  readonly seen_at: Date;
  readonly closed_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly note: string | null;
  readonly source_kind: string | null;
  readonly source_ordinal: number | null;
  readonly machine_id: string | null;
  readonly machine_name: string | null;
  readonly zone_ordinal: number | null;
}

export function toIncidentRow(row: IncidentRecord): IncidentRow {
  const { kind, subject, state, code, count, company_name: companyName, zone_ordinal: zoneOrdinal } = row;
  const { source_kind: sourceKind, source_ordinal: sourceOrdinal } = row;
  const source = sourceKind === null || sourceOrdinal === null ? null : { sourceKind, sourceOrdinal };
  const { machine_id: machineId, machine_name: machineName, acknowledged_at: at } = row;
  return {
    ...{ kind, subject, state, code, count, companyName, zoneOrdinal },
    incidentId: row.incident_id,
    companyId: row.company_id === PROVIDER_ID ? null : row.company_id,
    openedAt: row.opened_at,
    seenAt: row.seen_at,
    closedAt: row.closed_at,
    machine: machineId === null || machineName === null ? null : { machineId, machineName, source },
    acknowledged: at === null ? null : { at, email: row.acknowledged_by, note: row.note },
  };
}
