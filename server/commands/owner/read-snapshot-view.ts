import type { MachineId } from "../../../contracts/ids.ts";
import { PAGE_MAX_COUNT } from "../../../contracts/limits.ts";
import type { SnapshotView } from "../../../contracts/snapshots.ts";
import { IntegrityError } from "../../../engine/codec/format-error.ts";
import { fromBase64 } from "../../../engine/codec/hex.ts";
import { type CheckedHeader, checkManifestHeader } from "../../../engine/keys/manifest-checks.ts";
import { checkSourceDefinition, openSourceSecret } from "../../../engine/keys/source-definition.ts";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { ClientError } from "./client-error.ts";
import { listPages } from "./list-pages.ts";
import type { OwnerSession } from "./owner-session.ts";

/** What a member's keys say of a listed snapshot. */
export interface SnapshotReading {
  /** Null when the definition cannot be had. */
  readonly sourceName: string | null;
  /** Why the snapshot must not be trusted; null when it is genuine. */
  readonly problem: string | null;
}

/** Reads snapshots with an owner's keys; the sources of each machine are fetched once. */
export function createSnapshotReader(session: OwnerSession): (snapshot: SnapshotView) => Promise<SnapshotReading> {
  const namesByMachine = new Map<MachineId, Promise<ReadonlyMap<string, string>>>();
  return async (snapshot) => {
    const { machineId, sourceId } = snapshot;
    const names = namesByMachine.get(machineId) ?? readSourceNames(session, machineId);
    namesByMachine.set(machineId, names);
    return { sourceName: (await names).get(sourceId) ?? null, problem: findProblem(session, snapshot) };
  };
}

/**
 * Checks that a listed snapshot is the one whose header an agent of this company signed, and that the list says the
 * same as the header.
 *
 * @throws IntegrityError as `checkManifestHeader`; ClientError `snapshot_misreported`
 */
export function checkSnapshotView(session: Pick<OwnerSession, "trust">, view: SnapshotView): CheckedHeader {
  if (view.header === null) throw misreported(view, "its signed header is missing");
  const checked = checkManifestHeader(nodePrimitives, session.trust, fromBase64(view.header));
  const { header, headerHash } = checked;
  if (headerHash.slice(0, view.snapshotId.length) !== view.snapshotId) throw misreported(view, "its id is another");
  const isSame =
    header.machineId === view.machineId &&
    header.sourceId === view.sourceId &&
    header.runId === view.runId &&
    checked.agent.agentId === view.agentId &&
    header.startedAtMs === view.startedAt.getTime() &&
    header.endedAtMs === view.endedAt.getTime() &&
    header.entryCount === view.entries &&
    header.fileCount === view.files &&
    header.contentBytes === view.bytes &&
    header.gapCount === view.gaps;
  if (!isSame) throw misreported(view, "its machine, source, run, times or counts are others");
  return checked;
}

function misreported({ snapshotId }: SnapshotView, what: string): ClientError {
  return new ClientError(
    "snapshot_misreported",
    `the portal lists snapshot ${snapshotId} otherwise than its agent signed it: ${what}`,
  );
}

function findProblem(session: OwnerSession, snapshot: SnapshotView): string | null {
  try {
    checkSnapshotView(session, snapshot);
    return null;
  } catch (error) {
    if (error instanceof Error && "code" in error) return error.message;
    throw error;
  }
}

async function readSourceNames(session: OwnerSession, machineId: MachineId): Promise<ReadonlyMap<string, string>> {
  const { client, trust } = session;
  const names = new Map<string, string>();
  const sources = listPages((cursor) =>
    client.sources.list.query({ machineId, limit: PAGE_MAX_COUNT, ...(cursor !== undefined && { cursor }) }),
  );
  for await (const { sourceId, definition } of sources) {
    if (definition === null) continue;
    const { sealedToCompany } = checkSourceDefinition(nodePrimitives, trust.agents, fromBase64(definition));
    const name = openWithAnyEpoch(session, sealedToCompany);
    if (name !== null) names.set(sourceId, name);
  }
  return names;
}

/** A definition does not say its epoch, so each secret is tried, the newest first. */
function openWithAnyEpoch({ owner }: OwnerSession, sealed: Uint8Array): string | null {
  for (const { keys } of [...owner.companySecrets.values()].reverse()) {
    try {
      return openSourceSecret(nodePrimitives, keys, sealed).name;
    } catch (error) {
      if (!(error instanceof IntegrityError && error.code === "wrong_box_key")) throw error;
    }
  }
  return null;
}
