import {
  agentIdSchema,
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
} from "../../contracts/ids.ts";
import { sourceKind } from "../../contracts/machines.ts";
import type { SnapshotView } from "../../contracts/snapshots.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import type { SnapshotRow } from "../domain/store/store-reads.ts";
import type { CopyIndex } from "./zone-copies.ts";

/** The signed header goes to members, whose clients check it; staff see its figures. */
export function toSnapshotView(snapshot: SnapshotRow, copies: CopyIndex, viewer: Viewer): SnapshotView {
  const { entries, files, bytes, gaps } = snapshot.counts;
  return {
    snapshotId: snapshotIdSchema.parse(snapshot.snapshotId),
    companyId: companyIdSchema.parse(snapshot.companyId),
    commit: snapshot.commit,
    machineId: machineIdSchema.parse(snapshot.machineId),
    machineName: snapshot.machineName,
    sourceId: sourceIdSchema.parse(snapshot.sourceId),
    sourceKind: sourceKind.parse(snapshot.sourceKind),
    sourceOrdinal: snapshot.sourceOrdinal,
    runId: runIdSchema.parse(snapshot.runId),
    agentId: agentIdSchema.parse(snapshot.agentId),
    startedAt: snapshot.startedAt,
    endedAt: snapshot.endedAt,
    receivedAt: snapshot.receivedAt,
    outcome: snapshot.outcome,
    entries,
    files,
    bytes,
    gaps,
    copies: copies.copiesOf(snapshot),
    isInBackup: snapshot.backupLeftAt === null,
    frozen: snapshot.frozen,
    isHeld: snapshot.isHeld,
    header: viewer.kind === "member" ? Buffer.from(snapshot.header).toString("base64") : null,
  };
}
