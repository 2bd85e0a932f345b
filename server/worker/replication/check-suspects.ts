import { toHex } from "../../../engine/codec/hex.ts";
import type { Zone } from "../../../engine/ports/zone.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { CopyName } from "../../domain/store/zone-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";
import { type StoredCopy, verifyCopy } from "./verify-copy.ts";

/** Copies of packs, and of all other objects, that are checked in one step; each is read whole, a piece at a time. */
const MAX_CHECKS = 100;

export interface CheckSuspects {
  readonly deps: Pick<DomainDeps, "store" | "primitives">;
  readonly companyId: string;
  readonly zone: Zone;
  /** True once the step has to end; what is left is checked in the next one. */
  readonly isOver: () => boolean;
}

export interface CheckedSuspects {
  readonly decided: number;
  /** Could not be read now, or not any more in this step. */
  readonly undecided: number;
}

interface Suspect extends StoredCopy {
  readonly name: CopyName;
}

/**
 * Reads the copies in one zone that somebody found bad, of packs and of all other objects. A good one counts again; a bad one counts as
 * missing, which has it copied anew. One that cannot be read now stays as it is.
 */
export async function checkSuspects(check: CheckSuspects): Promise<CheckedSuspects> {
  const { deps, companyId, zone } = check;
  const packIds: string[] = [];
  const objectKeys: string[] = [];
  const suspects = await listSuspects(check);
  let decided = 0;
  for (const { name, ...copy } of suspects) {
    if (check.isOver()) break;
    const verdict = await verifyCopy(deps.primitives, zone, copy);
    if (verdict.kind === "unread") continue;
    decided += 1;
    if (verdict.kind === "bad")
      await deps.store.markCopy(companyId, zone.zoneId, { ...name, state: "missing", code: verdict.code });
    else if ("packId" in name) packIds.push(name.packId);
    else objectKeys.push(name.objectKey);
  }
  if (packIds.length + objectKeys.length > 0) {
    await deps.store.recordPresence(companyId, zone.zoneId, { packIds, objectKeys });
  }
  return { decided, undecided: suspects.length - decided };
}

async function listSuspects({ deps, companyId, zone }: CheckSuspects): Promise<Suspect[]> {
  const { store } = deps;
  const packIds = await store.listSuspectPacks(companyId, zone.zoneId, MAX_CHECKS);
  const packs = (await store.listPacks(companyId, packIds)).filter((row) => row !== null);
  const objects = await store.listSuspectObjects(companyId, zone.zoneId, MAX_CHECKS);
  return [
    ...packs.map((pack) => {
      const { packId, sizeBytes } = pack;
      return { name: { packId }, objectKey: packObjectKey(companyId, pack), sha256: packId, sizeBytes };
    }),
    ...objects.map(({ objectKey, sha256, sizeBytes }) => {
      return { name: { objectKey }, objectKey, sha256: toHex(sha256), sizeBytes };
    }),
  ];
}
