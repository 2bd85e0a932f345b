import type { JobStore } from "../domain/store/job-store.ts";
import type { PgDatabase } from "./pg-database.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, withCompany } from "./transaction.ts";

const JOB_TAKE = loadStatement("job-take");
const JOB_SAVE = loadStatement("job-save");

export function createPgJobStore(database: PgDatabase): JobStore {
  return {
    takeJob: ({ companyId, name }, owner, leaseMs) => {
      const scope = companyId ?? PROVIDER_ID;
      return withCompany(database, scope, async (tx) => {
        const values = [scope, name, owner, leaseMs];
        const [row] = await tx.rows<{ fencing_token: number; cursor: string | null }>(JOB_TAKE, values);
        return row ? { fencingToken: row.fencing_token, cursor: row.cursor } : null;
      });
    },
    saveJob: ({ companyId, name }, { fencingToken, cursor, leaseMs }) => {
      const scope = companyId ?? PROVIDER_ID;
      return withCompany(
        database,
        scope,
        async (tx) => (await tx.run(JOB_SAVE, [scope, name, fencingToken, cursor, leaseMs])) === 1,
      );
    },
  };
}
