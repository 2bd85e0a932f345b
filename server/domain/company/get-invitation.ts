import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { InvitationRow } from "../store/account-store.ts";

/**
 * The invitation, for whoever shows that they hold its link.
 *
 * @param inviteAuth the HMAC of the link's secret
 * @throws DomainError `invitation_invalid`, `invitation_used`, `invitation_expired`
 */
export async function getInvitation(
  { store, primitives }: Pick<DomainDeps, "store" | "primitives">,
  { invitationId, inviteAuth }: { readonly invitationId: string; readonly inviteAuth: Uint8Array },
): Promise<InvitationRow> {
  const invitation = await store.findInvitation(invitationId);
  if (invitation === null || !primitives.isEqual(primitives.sha256(inviteAuth), invitation.authHash)) {
    throw new DomainError(
      "invitation_invalid",
      "this invitation does not exist, or a newer one has replaced it: copy the whole link of the newest",
    );
  }
  if (invitation.isUsed) throw new DomainError("invitation_used", "this invitation was used: sign in instead");
  if (invitation.isExpired) {
    throw new DomainError("invitation_expired", "this invitation has expired: ask the provider for a new one");
  }
  return invitation;
}
