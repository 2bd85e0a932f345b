import type { Zone } from "../../../engine/ports/zone.ts";
import { ZoneError } from "../../../engine/ports/zone-error.ts";
import type { DomainDeps } from "../../domain/domain-deps.ts";
import type { PackRow } from "../../domain/store/pack-store.ts";
import { packObjectKey } from "../../domain/zone/object-keys.ts";

/** Copies checked in one step; each is read whole, a piece at a time. */
const MAX_CHECKS = 100;

export interface CheckSuspects {
  readonly deps: Pick<DomainDeps, "store" | "primitives">;
  readonly companyId: string;
  readonly zone: Zone;
}

/**
 * Reads the copies in one zone that somebody found bad. A good one counts again; a bad one counts as missing, which has it copied anew. One
 * that cannot be read now stays as it is. Returns how many were decided.
 */
export async function checkSuspects({ deps, companyId, zone }: CheckSuspects): Promise<number> {
  const { store } = deps;
  const packIds = await store.listSuspectPacks(companyId, zone.zoneId, MAX_CHECKS);
  const good: string[] = [];
  let decided = 0;
  for (const row of await store.listPacks(companyId, packIds)) {
    const verdict = row && (await verdictOn(deps, companyId, zone, row));
    if (!row || !verdict) continue;
    decided += 1;
    if (verdict === "good") good.push(row.packId);
    else await store.markCopy(companyId, zone.zoneId, { packId: row.packId, state: "missing", code: verdict });
  }
  if (good.length > 0) await store.recordPresence(companyId, zone.zoneId, { packIds: good, objectKeys: [] });
  return decided;
}

/** "good", or the code of what is wrong; null when it cannot be told now. */
async function verdictOn(
  { primitives }: CheckSuspects["deps"],
  companyId: string,
  zone: Zone,
  row: PackRow,
): Promise<string | null> {
  const hash = primitives.sha256Start();
  try {
    for await (const piece of await zone.get(packObjectKey(companyId, row.packKind, row.packId))) hash.update(piece);
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
    return error.code === "not_found" || error.code === "damaged" ? error.code : null;
  }
  return Buffer.from(hash.digest()).toString("hex") === row.packId ? "good" : "hash_mismatch";
}
