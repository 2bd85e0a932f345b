import {
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
  zoneIdSchema,
} from "../../contracts/ids.ts";
import { sourceKind } from "../../contracts/machines.ts";
import type { RunView } from "../../contracts/runs.ts";
import type { RunRow } from "../domain/store/store-reads.ts";

export function toRunView(run: RunRow): RunView {
  return {
    runId: runIdSchema.parse(run.runId),
    companyId: companyIdSchema.parse(run.companyId),
    companyName: run.companyName,
    machineId: machineIdSchema.parse(run.machineId),
    machineName: run.machineName,
    sourceId: sourceIdSchema.parse(run.sourceId),
    sourceKind: sourceKind.parse(run.sourceKind),
    sourceOrdinal: run.sourceOrdinal,
    zoneId: zoneIdSchema.parse(run.zoneId),
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    outcome: run.outcome,
    code: run.code,
    progress: { files: run.progress.files, bytes: run.progress.bytes, storedBytes: run.progress.storedBytes },
    snapshotId: run.snapshotId === null ? null : snapshotIdSchema.parse(run.snapshotId),
    dueAt: run.dueAt,
    isCatchUp: run.isCatchUp,
    attempt: run.attempt,
  };
}
