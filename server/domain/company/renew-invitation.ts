import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

export interface RenewInvitationInput {
  /** Where it goes now; the earlier address may have been the mistake. */
  readonly ownerEmail: string;
  /** SHA-256 of what the invited owner will show; the client made the secret and never sends it. */
  readonly inviteAuthHash: Uint8Array;
  readonly lifetimeMs: number;
  readonly byPersonId: string;
}

/**
 * Gives the invitation of a company's first owner a new secret and a new life. The old link opens nothing from then on.
 *
 * @throws DomainError `not_found`, `invitation_used`, `email_taken`
 */
export async function renewInvitation(
  { store }: Pick<DomainDeps, "store">,
  companyId: string,
  { ownerEmail, inviteAuthHash, lifetimeMs, byPersonId }: RenewInvitationInput,
): Promise<{ readonly invitationId: string; readonly expiresAt: Date }> {
  const renewed = { email: ownerEmail, authHash: inviteAuthHash, lifetimeMs, byPersonId };
  const outcome = await store.renewInvitation(companyId, renewed);
  switch (outcome.kind) {
    case "company_unknown":
      throw new DomainError("not_found", "there is no such company");
    case "invitation_used":
      throw new DomainError("invitation_used", "the owner has made the company's keys: there is nobody to invite");
    case "email_taken":
      throw new DomainError("email_taken", "somebody has an account with this e-mail address; invite another");
    case "renewed":
      return outcome;
  }
}
