import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

export interface PlaceHoldInput {
  readonly snapshotId: string;
  readonly reason: string;
  readonly byPersonId: string;
}

/** From now on the snapshot outlives its retention, and it is frozen at the next opportunity. @throws DomainError `not_found` */
export async function placeHold(
  { store, newId }: Pick<DomainDeps, "store" | "newId">,
  companyId: string,
  input: PlaceHoldInput,
): Promise<{ readonly holdId: string }> {
  const holdId = newId();
  const outcome = await store.placeHold(companyId, { holdId, ...input });
  if (outcome === "not_found") throw new DomainError("not_found", "there is no such snapshot");
  return { holdId };
}

/** From now on its retention alone says how long it stays. @throws DomainError `not_found` */
export async function liftHold(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  hold: { readonly holdId: string; readonly byPersonId: string },
): Promise<void> {
  if ((await store.liftHold(companyId, hold)) === "not_found")
    throw new DomainError("not_found", "there is no such hold, or it was lifted before");
}
