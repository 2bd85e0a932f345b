import { hashPassword, isPasswordOf } from "../../auth/password.ts";
import { openPgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import { createFirstStaff } from "../../domain/person/create-first-staff.ts";
import { newId } from "../../platform/ids.ts";

/** Makes the provider's first account; the only step that no client can do, because nobody could sign in yet. */
export type CreateFirstStaff = (staff: { email: string; password: string; providerName: string }) => Promise<void>;

export interface ProviderAccess {
  /** Whether anybody could sign in as the provider. */
  readonly hasStaff: boolean;
  readonly createFirstStaff: CreateFirstStaff;
}

/** Looks at the provider under the application's role, for as long as `use` runs. */
export async function withProvider<Result>(
  appUrl: string,
  use: (provider: ProviderAccess) => Promise<Result>,
): Promise<Result> {
  const database = openPgDatabase({ url: appUrl, connections: 1, onIdleError: () => undefined });
  const store = createPgStore(database);
  const deps = { store, newId, passwords: { hashPassword, isPasswordOf } };
  try {
    const provider = await store.findProvider();
    return await use({
      hasStaff: provider?.hasStaff ?? false,
      async createFirstStaff(staff) {
        await createFirstStaff(deps, staff);
      },
    });
  } finally {
    await database.close();
  }
}
