import type { PresenceState } from "../domain/store/pack-store.ts";
import type { CopyName } from "../domain/store/zone-store.ts";
import { packIdBytes } from "./pg-pack-rows.ts";
import { loadStatement } from "./statement.ts";
import type { Tx } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const CLOSURE_NEXT = loadStatement("closure-next");
const PRESENCE_LOCK_PACK = loadStatement("presence-lock-pack");
const PRESENCE_LOCK_OBJECT = loadStatement("presence-lock-object");
const PRESENCE_MARK_PACK = loadStatement("presence-mark-pack");
const PRESENCE_MARK_OBJECT = loadStatement("presence-mark-object");
const FINDING_OF_PACK = loadStatement("finding-of-pack");
const FINDING_OF_OBJECT = loadStatement("finding-of-object");
const FINDINGS_HEAL_PACKS = loadStatement("findings-heal-packs");
const FINDINGS_HEAL_OBJECTS = loadStatement("findings-heal-objects");

export interface CopyMark {
  readonly companyId: string;
  readonly zoneId: string;
  readonly state: PresenceState;
  readonly code: string;
}

/**
 * Marks a copy; one that becomes missing here is a finding. False when there is no such copy. See [Note: Findings].
 * Commits wait for the company's row, so that what they walked cannot lose a pack unnoticed.
 */
export async function markCopy(tx: Tx, name: CopyName, mark: CopyMark): Promise<boolean> {
  const { companyId, zoneId, state, code } = mark;
  const isPack = "packId" in name;
  const key = isPack ? packIdBytes(name.packId) : name.objectKey;
  if (isPack) await tx.rows(COMPANY_LOCK, [companyId]);
  const lock = isPack ? PRESENCE_LOCK_PACK : PRESENCE_LOCK_OBJECT;
  const [before] = await tx.rows<{ state: PresenceState }>(lock, [companyId, zoneId, key]);
  if (!before) return false;
  await tx.run(isPack ? PRESENCE_MARK_PACK : PRESENCE_MARK_OBJECT, [companyId, zoneId, key, state, code]);
  if (state === "missing" && before.state !== "missing") {
    await tx.run(isPack ? FINDING_OF_PACK : FINDING_OF_OBJECT, [companyId, zoneId, key, code]);
  }
  if (isPack) await tx.run(CLOSURE_NEXT, [companyId]);
  return true;
}

/** Closes what was found about copies that are good again; called behind the statement that made them present. */
export async function healFindings(
  tx: Tx,
  copy: { readonly companyId: string; readonly zoneId: string },
  { packIds, objectKeys }: { readonly packIds: readonly Buffer[]; readonly objectKeys: readonly string[] },
): Promise<void> {
  const { companyId, zoneId } = copy;
  if (packIds.length > 0) await tx.run(FINDINGS_HEAL_PACKS, [companyId, zoneId, packIds]);
  if (objectKeys.length > 0) await tx.run(FINDINGS_HEAL_OBJECTS, [companyId, zoneId, objectKeys]);
}
