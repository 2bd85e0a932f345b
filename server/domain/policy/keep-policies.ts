import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { PolicyChange } from "../store/policy-store.ts";

type PolicyDeps = Pick<DomainDeps, "store">;

/** A policy that sets nothing yet. @throws DomainError `policy_name_taken` */
export async function createPolicy(
  { store, newId }: Pick<DomainDeps, "store" | "newId">,
  { name, byPersonId }: { readonly name: string; readonly byPersonId: string },
): Promise<{ readonly policyId: string }> {
  const policyId = newId();
  if ((await store.createPolicy({ policyId, name, byPersonId })) === "name_taken") throw nameTaken(name);
  return { policyId };
}

/** @throws DomainError `policy_name_taken`, `not_found` */
export async function renamePolicy(
  { store }: PolicyDeps,
  change: PolicyChange & { readonly name: string },
): Promise<void> {
  const outcome = await store.renamePolicy(change);
  if (outcome === "name_taken") throw nameTaken(change.name);
  if (outcome === "not_found") throw unknown();
}

/** Only one that no company has: what holds for a company does not change by the way. @throws DomainError `policy_in_use`, `not_found` */
export async function removePolicy({ store }: PolicyDeps, change: PolicyChange): Promise<void> {
  const outcome = await store.removePolicy(change);
  if (outcome === "not_found") throw unknown();
  if (outcome === "removed") return;
  throw new DomainError("policy_in_use", "companies have this policy: give them another one first, or none");
}

/**
 * Gives a company another policy, or none. Its own settings, and those of its machines and sources, hold as before; what is frozen already stays as
 * long as it was promised.
 *
 * @throws DomainError `not_found`
 */
export async function assignPolicy(
  { store }: PolicyDeps,
  companyId: string,
  change: { readonly policyId: string | null; readonly byPersonId: string },
): Promise<void> {
  if ((await store.assignPolicy(companyId, change)) === "assigned") return;
  throw new DomainError("not_found", "there is no such company or policy");
}

function nameTaken(name: string): DomainError {
  return new DomainError("policy_name_taken", `there is a policy "${name}" already: choose another name`);
}

function unknown(): DomainError {
  return new DomainError("not_found", "there is no such policy");
}
