import type { RetentionSettings } from "../../../contracts/retention.ts";
import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { NewRetention } from "../store/archive-store.ts";
import type { PolicyChange } from "../store/policy-store.ts";

/**
 * Replaces what one level sets itself. What is frozen already stays as long as it was promised; all else follows the new figures.
 *
 * @param companyId null for the provider's own
 * @throws DomainError `not_found`
 */
export async function putRetention(
  { store }: Pick<DomainDeps, "store">,
  companyId: string | null,
  retention: NewRetention,
): Promise<void> {
  const outcome = await store.putRetention(companyId, retention);
  if (outcome === "subject_unknown") throw new DomainError("not_found", `there is no such ${retention.level}`);
}

/** As `putRetention`, for every company that has the policy. @throws DomainError `not_found` */
export async function putPolicyRetention(
  { store }: Pick<DomainDeps, "store">,
  change: PolicyChange & { readonly settings: RetentionSettings },
): Promise<void> {
  const outcome = await store.putPolicyRetention(change);
  if (outcome === "subject_unknown") throw new DomainError("not_found", "there is no such policy");
}
