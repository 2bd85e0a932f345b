import { FormatError, IntegrityError } from "../../../engine/codec/format-error.ts";
import { toHex } from "../../../engine/codec/hex.ts";
import { PACK_FOOTER_SIZE_BYTES, type PackIndex } from "../../../engine/format/pack-index.ts";
import { verifySlot } from "../../../engine/format/slot.ts";
import { ID_SIZE_BYTES } from "../../../engine/ids/chunk-id.ts";
import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { leaseLost } from "../run/heartbeat-run.ts";
import type { RunIdentity } from "../run/lease.ts";
import type { PackMembers } from "../store/pack-store.ts";
import { runDirectoriesOf } from "./run-directories.ts";

/** Bounds one transaction; a pack of nothing but tiny files has about 100,000 members. */
const MAX_MEMBERS = 262_144;

export interface RecordPackInput {
  readonly packId: string;
  readonly sizeBytes: number;
  /** Parsed from the pack's own bytes. */
  readonly index: PackIndex;
}

/**
 * Makes a pack count that is durable in the run's zone. The server has no key, but it holds every slot to the agent
 * that signed it and every directory to its limits.
 *
 * @throws DomainError `pack_invalid`, `pack_refused`, `lease_lost`, `agent_revoked`
 */
export async function recordPack(
  deps: Pick<DomainDeps, "store" | "primitives">,
  run: RunIdentity,
  { packId, sizeBytes, index }: RecordPackInput,
): Promise<{ readonly isNew: boolean }> {
  await requireOwnSlots(deps, run, index);
  const members = packMembersOf(index);
  const last = index.frames.at(-1);
  const directoryOffset = last ? last.offset + last.storedSizeBytes : 0;
  const pack = {
    packId,
    packKind: index.packKind,
    scope: index.scope,
    sizeBytes,
    directoryOffset,
    directorySizeBytes: sizeBytes - directoryOffset - PACK_FOOTER_SIZE_BYTES,
    machineId: run.machineId,
    members,
  };
  const outcome = await deps.store.recordPack(run.companyId, run, run.zoneId, pack);
  switch (outcome.kind) {
    case "lease_lost":
      throw leaseLost();
    case "pack_refused":
      throw new DomainError("pack_refused", "a pack of this name was deleted: seal its chunks again, under a new name");
    case "recorded":
      runDirectoriesOf(deps.store).add(run.runId, index);
      return { isNew: outcome.isNew };
  }
}

/**
 * Also asked by whoever stores the pack, before the zone sees it: the token of a run outlives the run, and must leave no
 * objects that nothing counts.
 *
 * @throws DomainError `pack_invalid`, `agent_revoked`, `lease_lost`
 */
export async function requireOwnSlots(
  { store, primitives }: Pick<DomainDeps, "store" | "primitives">,
  run: RunIdentity,
  index: PackIndex,
): Promise<void> {
  const agent = await store.findAgent(run.agentId);
  if (agent === null || agent.isRevoked) {
    throw new DomainError("agent_revoked", "an owner has revoked this agent: enrol the machine again");
  }
  const row = await store.findRun(run.companyId, run.runId);
  if (row === null || row.endedAt !== null) throw leaseLost();
  if (index.tier !== "backup") throw new DomainError("pack_invalid", "packs of the archive are made by freezing alone");
  if (index.companyId !== run.companyId || index.scope !== 0) {
    throw new DomainError("pack_invalid", "the pack's header names another company or scope");
  }
  for (const slot of index.slots) {
    if (slot.runId !== run.runId || toHex(slot.agentCertHash) !== toHex(agent.certHash)) {
      throw new DomainError("pack_invalid", "a key slot of the pack belongs to another run or agent");
    }
    try {
      verifySlot(primitives, agent.signPublicKey, { companyId: run.companyId, scope: index.scope }, slot);
    } catch (error) {
      if (!(error instanceof IntegrityError || error instanceof FormatError)) throw error;
      throw new DomainError("pack_invalid", `a key slot of the pack is not signed by this agent: ${error.message}`);
    }
  }
}

/** What a pack's directory says is in it. @throws DomainError `pack_invalid` beyond the limit */
export function packMembersOf(index: PackIndex): PackMembers {
  const count = index.frames.reduce((sum, frame) => sum + frame.memberIds.length, 0);
  if (count > MAX_MEMBERS) {
    throw new DomainError("pack_invalid", `a pack has at most ${MAX_MEMBERS} members; start another`);
  }
  const chunkIds = new Uint8Array(count * ID_SIZE_BYTES);
  const frames: number[] = [];
  const kinds: ChunkKind[] = [];
  index.frames.forEach((frame, frameNumber) => {
    for (const memberId of frame.memberIds) {
      chunkIds.set(memberId, frames.length * ID_SIZE_BYTES);
      frames.push(frameNumber);
      kinds.push(frame.kind);
    }
  });
  return { chunkIds, frames, kinds };
}
