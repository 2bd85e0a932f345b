import type { Clock } from "../../engine/ports/clock.ts";
import type { PgDatabase } from "./pg-database.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, withCompany } from "./transaction.ts";

const LAST_ROW = loadStatement("journal-last-row");
const IS_SAFE = loadStatement("journal-is-safe");

/** A zone that hangs is unreachable after 4 s, and waited for no longer. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 100;

/**
 * Waits until every zone that can be reached has all that a company (null: the provider) has written so far; false when that takes longer
 * than 10 s.
 */
export async function awaitJournal(
  database: PgDatabase,
  clock: Pick<Clock, "now" | "sleep">,
  companyId: string | null,
): Promise<boolean> {
  const untilMs = clock.now().getTime() + PATIENCE_MS;
  const seq = await findLastRow(database, companyId);
  while (!(await isSafe(database, companyId, seq))) {
    if (clock.now().getTime() > untilMs) return false;
    await clock.sleep(LOOK_MS);
  }
  return true;
}

/** The place in the queue of what a company (null: the provider) wrote last; 0 when all of it is shipped. */
function findLastRow(database: PgDatabase, companyId: string | null): Promise<number> {
  const scope = companyId ?? PROVIDER_ID;
  return withCompany(database, scope, async (tx) => (await tx.rows<{ seq: number }>(LAST_ROW, [scope]))[0]?.seq ?? 0);
}

/** Whether every zone that could be reached a moment ago has all that was written up to that place. */
function isSafe(database: PgDatabase, companyId: string | null, seq: number): Promise<boolean> {
  const scope = companyId ?? PROVIDER_ID;
  return withCompany(
    database,
    scope,
    async (tx) => (await tx.rows<{ is_safe: boolean }>(IS_SAFE, [scope, seq]))[0]?.is_safe ?? false,
  );
}
