import type { PackTier } from "../../../engine/format/pack-index.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { SweepPack } from "../../domain/store/sweep-store.ts";
import { type DeletionHold, findDeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { deleteObjects } from "./delete-objects.ts";
import { type EvidenceOptions, readEvidence } from "./read-evidence.ts";

export type DeleteOutcome =
  /** `kept`: packs that a zone keeps for longer than the database knows; they stay deleting. */
  | { readonly kind: "deleted"; readonly packs: number; readonly bytes: number; readonly kept: number }
  /** Nothing was deleted, or not everywhere; the packs stay deleting and are gone on with. */
  | { readonly kind: "held"; readonly hold: DeletionHold }
  | { readonly kind: "marks_outdated"; readonly publications: number }
  | { readonly kind: "round_over" };

export interface DeleteOptions extends EvidenceOptions {
  readonly deps: Pick<DomainDeps, "store" | "zones">;
  readonly controlTerm: () => Promise<number>;
  /** Waits until what the company has written is durable in every zone that can be reached; false when it does not get there. */
  readonly awaitJournal: (companyId: string) => Promise<boolean>;
}

export interface DeleteBatch {
  /** Quarantined packs that are to go. */
  readonly toDelete: readonly SweepPack[];
  /** Packs whose deletion began earlier. */
  readonly toForget: readonly SweepPack[];
  readonly tier: PackTier;
  readonly round: number;
  readonly publications: number;
}

/**
 * Deletes one batch of packs. The order is the safety argument (invariant 6):
 *
 * 1. every zone is there and holds this service's control term, none knows snapshots that the database does not, and the clocks agree;
 * 2. one transaction moves the packs to deleting: from then on no commit can build on them, and their names are refused for ever;
 * 3. the journal in the zones says so, too: a service that is recovered from a zone must not wait for packs that are not there;
 * 4. their objects are deleted in every zone, in which what is absent counts as deleted;
 * 5. only when all zones have answered it is noted that the objects are gone. The index entries go later, and then the packs are `gone`.
 *
 * What breaks off after 2 is gone on with by the next sweep. A pack that anything reaches never gets to 2.
 */
export async function deleteBatch(
  options: DeleteOptions,
  companyId: string,
  batch: DeleteBatch,
): Promise<DeleteOutcome> {
  const { deps, controlTerm, awaitJournal } = options;
  const { zones, clock } = await readEvidence(options, companyId);
  const hold = findDeletionHold(zones, clock, await controlTerm());
  if (hold) return { kind: "held", hold };
  const { tier, round, publications, toDelete, toForget } = batch;
  const outcome = await deps.store.deletePacks(companyId, toDelete.map(packIdOf), { tier, round, publications });
  if (outcome.kind !== "deleting") return outcome;
  const moved = new Set(outcome.packIds);
  const dead = [...toForget, ...toDelete.filter(({ packId }) => moved.has(packId))];
  if (dead.length > 0 && !(await awaitJournal(companyId))) {
    return { kind: "held", hold: { code: "journal_behind", detail: "no zone has confirmed which packs are to go" } };
  }
  const keys = dead.map((pack) => packObjectKey(companyId, pack));
  const { failure, kept } = await deleteObjects(deps, keys);
  if (failure) return { kind: "held", hold: failure };
  const gone = dead.filter((pack) => !kept.has(packObjectKey(companyId, pack)));
  if (gone.length > 0) await deps.store.markObjectsDeleted(companyId, gone.map(packIdOf), round);
  const bytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { kind: "deleted", packs: gone.length, bytes, kept: kept.size };
}

function packIdOf({ packId }: SweepPack): string {
  return packId;
}
