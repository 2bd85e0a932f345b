import { awaitJournal } from "../db/journal-safety.ts";
import type { PgDatabase } from "../db/pg-database.ts";
import { systemClock } from "../platform/clock.ts";
import { ApiError } from "./api-error.ts";

/** @throws ApiError `journal_behind` */
export async function acknowledgeJournal(database: PgDatabase, companyId: string | null): Promise<void> {
  if (await awaitJournal(database, systemClock, companyId)) return;
  const message =
    "This is done, but no zone has confirmed it yet: if the database were lost now, it would be lost, too. Look again in a minute.";
  throw new ApiError("journal_behind", message);
}
