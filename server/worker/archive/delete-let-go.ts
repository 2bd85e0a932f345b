import { type DeletionHold, findDeletionHold } from "../../domain/sweep/find-deletion-hold.ts";
import { deleteObjects, keptByZone } from "../sweep/delete-objects.ts";
import type { DeleteOptions } from "../sweep/delete-packs.ts";
import { readEvidence } from "../sweep/read-evidence.ts";

/** Objects deleted at a time; before each batch all zones are asked. */
const BATCH_OBJECTS = 100;

export interface DeletedObjects {
  readonly objects: number;
  readonly held: DeletionHold | null;
  /** Time was up. */
  readonly isMore: boolean;
}

/**
 * Deletes manifests, and what lay beside them, of snapshots that a tier has given up. The order is that of packs (`delete-packs.ts`): every zone is there and
 * agrees; the transaction that let the snapshot go is in the journal of the zones; the objects go; then their rows.
 */
export async function deleteLetGo(
  options: DeleteOptions,
  companyId: string,
  isOver: () => boolean,
): Promise<DeletedObjects> {
  const { deps, controlTerm, awaitJournal } = options;
  let objects = 0;
  let keptObjects = 0;
  for (let after: string | null = null; ; ) {
    const keys = await deps.store.listDeletingObjects(companyId, { after, limit: BATCH_OBJECTS });
    if (keys.length === 0) return { objects, held: keptObjects > 0 ? keptByZone(keptObjects) : null, isMore: false };
    if (isOver()) return { objects, held: null, isMore: true };
    const { zones, clock } = await readEvidence(options, companyId);
    const hold = findDeletionHold(zones, clock, await controlTerm());
    if (hold) return { objects, held: hold, isMore: false };
    if (!(await awaitJournal(companyId))) {
      const detail = "no zone has confirmed which snapshots are to go";
      return { objects, held: { code: "journal_behind", detail }, isMore: false };
    }
    const { failure, kept } = await deleteObjects(deps, keys);
    if (failure) return { objects, held: failure, isMore: false };
    const gone = keys.filter((key) => !kept.has(key));
    await deps.store.removeObjects(companyId, gone);
    objects += gone.length;
    keptObjects += kept.size;
    after = keys.at(-1) ?? null;
  }
}
