import { companyIdSchema, machineIdSchema, snapshotIdSchema, zoneIdSchema } from "../../contracts/ids.ts";
import type { FindingView, ZoneScrubView } from "../../contracts/scrubs.ts";
import type { FindingRow, ZoneScrubRow } from "../domain/store/scrub-store.ts";

export function toZoneScrubView({ zoneId, companies, lastFullAt, ...row }: ZoneScrubRow): ZoneScrubView {
  const totalBytes = row.readBytes + row.leftBytes;
  const { open, lost, healed } = row.findings;
  return {
    zoneId: zoneIdSchema.parse(zoneId),
    lastFullAt,
    percent: companies === 0 || totalBytes === 0 ? null : Math.floor((100 * row.readBytes) / totalBytes),
    findings: { open, lost, healed },
  };
}

export function toFindingView(row: FindingRow): FindingView {
  const { findingId, companyName, zoneOrdinal, kind, objectName, sizeBytes, code, state, foundAt, healedAt } = row;
  return {
    ...{ findingId, companyName, zoneOrdinal, kind, objectName, sizeBytes, code, state, foundAt, healedAt },
    companyId: companyIdSchema.parse(row.companyId),
    zoneId: zoneIdSchema.parse(row.zoneId),
    touched:
      row.touched === null
        ? null
        : {
            count: row.touched.count,
            isExact: row.touched.isExact,
            newest: row.touched.newest.map(({ snapshotId, machineId, machineName, receivedAt }) => ({
              snapshotId: snapshotIdSchema.parse(snapshotId),
              machineId: machineIdSchema.parse(machineId),
              machineName,
              receivedAt,
            })),
          },
  };
}
