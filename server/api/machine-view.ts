import {
  agentIdSchema,
  companyIdSchema,
  machineIdSchema,
  runIdSchema,
  snapshotIdSchema,
  sourceIdSchema,
} from "../../contracts/ids.ts";
import { type MachineView, type SourceView, sourceKind } from "../../contracts/machines.ts";
import type { Viewer } from "../../contracts/viewer.ts";
import type { MachineRow, SourceRow } from "../domain/store/store-reads.ts";
import type { CopyIndex } from "./zone-copies.ts";

export function toMachineView(machine: MachineRow, copies: CopyIndex): MachineView {
  const { newestRun } = machine;
  return {
    machineId: machineIdSchema.parse(machine.machineId),
    companyId: companyIdSchema.parse(machine.companyId),
    companyName: machine.companyName,
    name: machine.name,
    state: machine.state,
    enrolledAt: machine.enrolledAt,
    lastSeenAt: machine.lastSeenAt,
    agentVersion: machine.agentVersion,
    agentId: machine.agentId === null ? null : agentIdSchema.parse(machine.agentId),
    sourceCount: machine.sources,
    snapshotCount: machine.snapshots,
    lastSnapshot: toLastSnapshot(machine, copies),
    openRunId: newestRun !== null && newestRun.endedAt === null ? runIdSchema.parse(newestRun.runId) : null,
  };
}

function toLastSnapshot(machine: MachineRow, copies: CopyIndex): MachineView["lastSnapshot"] {
  const { newestSnapshot } = machine;
  if (newestSnapshot === null) return null;
  const { files, bytes, gaps } = newestSnapshot.counts;
  return {
    snapshotId: snapshotIdSchema.parse(newestSnapshot.snapshotId),
    receivedAt: newestSnapshot.receivedAt,
    outcome: newestSnapshot.outcome,
    files,
    bytes,
    gaps,
    copies: copies.copiesOf({ ...newestSnapshot, companyId: machine.companyId }),
  };
}

/** The sealed definition goes to members alone: staff have no key for it, and no use. */
export function toSourceView(source: SourceRow, viewer: Viewer): SourceView {
  return {
    sourceId: sourceIdSchema.parse(source.sourceId),
    machineId: machineIdSchema.parse(source.machineId),
    kind: sourceKind.parse(source.sourceKind),
    ordinal: source.ordinal,
    definition: viewer.kind === "member" ? Buffer.from(source.definition).toString("base64") : null,
  };
}
