import type { DomainDeps } from "../domain-deps.ts";
import { DomainError } from "../domain-error.ts";
import { isTimeZone } from "../schedule/due-times.ts";
import { NOON_AND_MIDNIGHT, NOTHING_SET } from "../schedule/effective-schedule.ts";

export interface CreateFirstStaffInput {
  /** What stands over the door, and in invitations. */
  readonly providerName: string;
  readonly email: string;
  readonly password: string;
  /** Where the provider is, as its browser says: noon and midnight are read on these clocks. One that is unknown counts as none. */
  readonly timeZone?: string | undefined;
}

/**
 * Makes an installation somebody's own: the provider's name and its first admin.
 *
 * @throws DomainError `setup_done`, `email_taken`
 */
export async function createFirstStaff(
  { store, passwords, newId }: Pick<DomainDeps, "store" | "passwords" | "newId">,
  { providerName, email, password, timeZone }: CreateFirstStaffInput,
): Promise<{ readonly personId: string }> {
  const personId = newId();
  const passwordHash = await passwords.hashPassword(password);
  switch (await store.createFirstStaff({ providerName, personId, email, passwordHash })) {
    case "staff_exists":
      throw new DomainError("setup_done", "this installation has its first account: sign in with it");
    case "email_taken":
      throw new DomainError("email_taken", "somebody has an account with this e-mail address; use another");
    case "created":
      if (timeZone !== undefined && isTimeZone(timeZone)) {
        const timing = { cron: NOON_AND_MIDNIGHT, timeZone };
        await store.putProviderSchedule({ ...NOTHING_SET, timing }, personId);
      }
      return { personId };
  }
}
