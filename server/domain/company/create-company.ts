import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";

export interface CreateCompanyInput {
  readonly name: string;
  readonly ownerEmail: string;
  /** SHA-256 of what the invited owner will show; the client made the secret and never sends it. */
  readonly inviteAuthHash: Uint8Array;
  readonly lifetimeMs: number;
  readonly byPersonId: string;
}

/** Makes a company without keys, and the invitation of the owner who will make them. @throws DomainError `email_taken` */
export async function createCompany(
  { store, newId }: Pick<DomainDeps, "store" | "newId">,
  input: CreateCompanyInput,
): Promise<{ readonly companyId: string; readonly invitationId: string; readonly expiresAt: Date }> {
  const companyId = newId();
  const invitationId = newId();
  const outcome = await store.createCompany({
    companyId,
    name: input.name,
    invitation: {
      invitationId,
      email: input.ownerEmail,
      role: "owner",
      authHash: input.inviteAuthHash,
      lifetimeMs: input.lifetimeMs,
    },
    byPersonId: input.byPersonId,
  });
  if (outcome.kind === "email_taken") {
    throw new DomainError("email_taken", "somebody has an account with this e-mail address; invite another");
  }
  return { companyId, invitationId, expiresAt: outcome.expiresAt };
}
