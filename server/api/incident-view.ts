import { companyIdSchema, machineIdSchema } from "../../contracts/ids.ts";
import type { IncidentView } from "../../contracts/incidents.ts";
import { sourceKind } from "../../contracts/machines.ts";
import type { IncidentRow } from "../domain/store/incident-store.ts";

export function toIncidentView(row: IncidentRow): IncidentView {
  const { incidentId, companyName, kind, state, code, count, openedAt, seenAt, closedAt, zoneOrdinal } = row;
  const { machine, acknowledged } = row;
  return {
    ...{ incidentId, companyName, kind, state, code, count, openedAt, seenAt, closedAt, zoneOrdinal },
    companyId: row.companyId === null ? null : companyIdSchema.parse(row.companyId),
    machine: machine && {
      machineId: machineIdSchema.parse(machine.machineId),
      machineName: machine.machineName,
      source: machine.source && {
        sourceKind: sourceKind.parse(machine.source.sourceKind),
        sourceOrdinal: machine.source.sourceOrdinal,
      },
    },
    acknowledged: acknowledged && { at: acknowledged.at, email: acknowledged.email, note: acknowledged.note },
  };
}
