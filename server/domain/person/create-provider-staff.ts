import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import type { StaffRole } from "../store/account-store.ts";

export interface CreateProviderStaffInput {
  readonly email: string;
  readonly password: string;
  readonly role: StaffRole;
  /** Names the provider as well; what invitations show. */
  readonly providerName?: string;
}

/** Makes one of the provider's people. @throws DomainError `email_taken` */
export async function createProviderStaff(
  { store, passwords, newId }: Pick<DomainDeps, "store" | "passwords" | "newId">,
  input: CreateProviderStaffInput,
): Promise<{ readonly personId: string }> {
  if (input.providerName !== undefined) await store.putProvider({ name: input.providerName });
  const personId = newId();
  const passwordHash = await passwords.hashPassword(input.password);
  const outcome = await store.createStaff({ personId, email: input.email, role: input.role, passwordHash });
  if (outcome === "email_taken") {
    throw new DomainError("email_taken", "somebody has an account with this e-mail address; use another");
  }
  return { personId };
}
