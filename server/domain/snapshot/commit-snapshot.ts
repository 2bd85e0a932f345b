import { toHex } from "../../../engine/codec/hex.ts";
import { encodeUtf8 } from "../../../engine/codec/text.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { runDirectoriesOf } from "../pack/run-directories.ts";
import { leaseLost } from "../run/heartbeat-run.ts";
import type { RunIdentity } from "../run/lease.ts";
import type { PublishOutcome, ZoneObject } from "../store/commit-store.ts";
import type { RunOutcome } from "../store/run-store.ts";
import { headerObjectKey, manifestObjectKey, receiptObjectKey } from "../zone/object-keys.ts";
import type { ZoneHandle } from "../zone/zone-set.ts";
import { type CheckedManifest, checkManifest } from "./check-manifest.ts";
import { type Closure, walkClosure } from "./walk-closure.ts";

/** Sweeps and lost copies between walk and publication make it walk again; more often than this is a fault. */
const MAX_WALKS = 5;

export interface CommittedSnapshot {
  readonly snapshotId: string;
  readonly commit: number;
  /** The server's time; retention counts from it. */
  readonly receivedAt: Date;
  readonly outcome: RunOutcome;
  /** It had been published before; nothing was done. */
  readonly isRepeat: boolean;
}

type CommitDeps = Pick<DomainDeps, "store" | "zones" | "primitives">;

/**
 * Makes a snapshot of what a run has sent. The order is the safety argument (invariants 4 and 5):
 *
 * 1. the manifest is the agent's own and continues its chain;
 * 2. everything that it reaches is durable in the run's zone ([Note: The closure walk]);
 * 3. a commit number is reserved, with the database's time;
 * 4. manifest, receipt and header are durable in the zone;
 * 5. one transaction makes the snapshot visible, rescues quarantined packs, closes its pages and ends the run.
 *
 * A failure before 3 leaves nothing. After it, the number is voided, so that watermarks pass it, and the objects stay
 * unreferenced. Between 2 and 5 nothing that was found can be lost unnoticed: quarantining a pack or losing a copy
 * begins a new closure generation, and 5 refuses what was walked in an older one. Repeating it answers the same.
 *
 * @throws DomainError `manifest_invalid`, `missing_objects`, `lease_lost` (both with what is missing),
 *   `sequence_conflict`, `agent_revoked`; ZoneError
 */
export async function commitSnapshot(
  deps: CommitDeps,
  run: RunIdentity,
  manifest: Uint8Array,
): Promise<CommittedSnapshot> {
  const checked = await checkManifest(deps, run, manifest);
  const { snapshotId } = checked.snapshot;
  const published = await deps.store.findSnapshot(run.companyId, snapshotId);
  if (published) {
    const { commit, receivedAt, outcome } = published;
    return { snapshotId, commit, receivedAt, outcome, isRepeat: true };
  }
  const zone = requireZone(deps, run);
  const closure = await walkWhole(deps, run, { checked, zone });
  const { sequence, previousHeaderHash, agentId } = checked.snapshot;
  const reservation = { snapshotId, agentId, sequence, previousHeaderHash };
  const reserved = await deps.store.reserveCommit(run.companyId, run, reservation);
  switch (reserved.kind) {
    case "published": {
      const { commit, receivedAt, outcome } = reserved;
      return { snapshotId, commit, receivedAt, outcome, isRepeat: true };
    }
    case "lease_lost":
      throw leaseLost({ missing: [], missingCount: 0 });
    case "sequence_conflict":
      throw sequenceConflict(reserved.lastSequence);
    case "reserved":
      return finish(deps, run, { checked, zone, closure, manifest, ...reserved });
  }
}

function requireZone({ zones }: CommitDeps, run: RunIdentity): ZoneHandle {
  const zone = zones.find(run.zoneId);
  if (zone === null) throw new ZoneError("unreachable", run.zoneId, "the run's zone is not one of this service");
  return zone;
}

interface WalkTarget {
  readonly checked: CheckedManifest;
  readonly zone: ZoneHandle;
}

async function walkWhole(deps: CommitDeps, run: RunIdentity, { checked, zone }: WalkTarget): Promise<Closure> {
  const { scope, topPageId, changeListId } = checked.snapshot;
  const closure = await walkClosure(deps, { run, scope, zone: zone.backup, topPageId, changeListId });
  if (closure.missingCount === 0) return closure;
  const { missing, missingCount } = closure;
  // What this process remembered may be what was wrong; the next try asks the index.
  runDirectoriesOf(deps.store).forget(run.runId);
  const row = await deps.store.findRun(run.companyId, run.runId);
  if (row === null || row.endedAt !== null) throw leaseLost({ missing, missingCount });
  throw new DomainError(
    "missing_objects",
    `${missingCount} chunks or pages are not in ${run.zoneId}: send them first`,
    {
      missing,
      missingCount,
    },
  );
}

interface Reserved extends WalkTarget {
  readonly closure: Closure;
  readonly manifest: Uint8Array;
  readonly commit: number;
  readonly receivedAt: Date;
}

async function finish(deps: CommitDeps, run: RunIdentity, reserved: Reserved): Promise<CommittedSnapshot> {
  const { commit, checked } = reserved;
  try {
    const objects = await putObjects(deps, run, reserved);
    const { receivedAt, outcome } = await publish(deps, run, { ...reserved, objects });
    runDirectoriesOf(deps.store).forget(run.runId);
    return { snapshotId: checked.snapshot.snapshotId, commit, receivedAt, outcome, isRepeat: false };
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "fault";
    // Should the publication have taken effect after all, voiding does nothing. Should this fail too, the run's end voids.
    await deps.store.voidCommit(run.companyId, commit, reason).catch(() => undefined);
    throw error;
  }
}

/** Manifest, receipt, header: each durable before the next, all before the row. */
async function putObjects(deps: CommitDeps, run: RunIdentity, reserved: Reserved): Promise<ZoneObject[]> {
  const { commit, checked, manifest, zone } = reserved;
  const { companyId } = run;
  const { snapshot } = checked;
  const manifestHash = toHex(snapshot.manifestSha256);
  const receipt = encodeUtf8(JSON.stringify(receiptOf(run, reserved)));
  const puts = [
    { kind: "manifest", objectKey: manifestObjectKey(companyId, commit, manifestHash), bytes: manifest },
    { kind: "receipt", objectKey: receiptObjectKey(companyId, commit, manifestHash), bytes: receipt },
    {
      kind: "header",
      objectKey: headerObjectKey(companyId, commit, toHex(snapshot.headerHash)),
      bytes: snapshot.header,
    },
  ] as const;
  const objects: ZoneObject[] = [];
  for (const { kind, objectKey, bytes } of puts) {
    const sha256 = deps.primitives.sha256(bytes);
    await zone.backup.put(objectKey, [bytes], bytes.length, { sha256 });
    objects.push({ kind, objectKey, sizeBytes: bytes.length, sha256 });
  }
  return objects;
}

function receiptOf(run: RunIdentity, { checked, commit, receivedAt }: Reserved): Readonly<Record<string, unknown>> {
  return {
    v: 1,
    type: "receipt",
    company: run.companyId,
    commit,
    snapshotId: checked.snapshot.snapshotId,
    headerHash: toHex(checked.snapshot.headerHash),
    receivedAt: receivedAt.toISOString(),
    agentId: run.agentId,
    zone: run.zoneId,
  };
}

async function publish(
  deps: CommitDeps,
  run: RunIdentity,
  reserved: Reserved & { readonly objects: readonly ZoneObject[] },
): Promise<Extract<PublishOutcome, { kind: "published" }>> {
  const { commit, checked, objects } = reserved;
  let { closure } = reserved;
  for (let walks = 1; ; walks++) {
    const { generation, rescuePackIds, closedPageIds } = closure;
    const { zoneId } = run;
    const publication = {
      commit,
      zoneId,
      snapshot: checked.snapshot,
      generation,
      rescuePackIds,
      closedPageIds,
      objects,
    };
    const outcome = await deps.store.publishCommit(run.companyId, run, publication);
    switch (outcome.kind) {
      case "published":
        return outcome;
      case "generation_moved":
        if (walks === MAX_WALKS) throw new Error(`the closure of commit ${commit} did not hold still`);
        closure = await walkWhole(deps, run, reserved);
        break;
      case "lease_lost":
      case "commit_void":
        throw leaseLost({ missing: [], missingCount: 0 });
      case "sequence_conflict":
        throw sequenceConflict(outcome.lastSequence);
    }
  }
}

function sequenceConflict(lastSequence: number): DomainError {
  return new DomainError(
    "sequence_conflict",
    `this manifest does not continue the agent's chain, which stands at ${lastSequence}: ask for the last header`,
    { lastSequence },
  );
}
