import type { ChunkKind } from "../../../engine/ports/chunk-index.ts";
import type { DomainDeps } from "../domain-deps.ts";
import type { RunIdentity } from "../run/lease.ts";

/** The one key scope of version 1. */
const SCOPE = 0;

/**
 * One bit per id, least significant first: whether the run may leave the chunk away, because a live pack that is durable
 * in the run's zone holds it. Tree pages count only as this machine uploaded them.
 */
export async function knownChunks(
  { store }: Pick<DomainDeps, "store">,
  run: RunIdentity,
  kind: ChunkKind,
  chunkIds: readonly Uint8Array[],
): Promise<Uint8Array> {
  const { companyId, zoneId, machineId } = run;
  const answers = await store.known({ companyId, scope: SCOPE, zoneId, machineId, kind, chunkIds });
  const bits = new Uint8Array(Math.ceil(answers.length / 8));
  answers.forEach((isKnown, at) => {
    if (isKnown) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  });
  return bits;
}
