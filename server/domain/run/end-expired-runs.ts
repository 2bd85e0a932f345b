import type { DomainDeps } from "../domain-deps.ts";

/** Ends every open run whose lease has passed, as failed with `lease_lost`; answers their ids. */
export async function endExpiredRuns({ store }: Pick<DomainDeps, "store">): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const companyId of await store.listCompaniesWithExpiredRuns()) {
    ended.push(...(await store.endExpiredRuns(companyId)));
  }
  return ended;
}
