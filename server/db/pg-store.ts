import type { Store } from "../domain/store/store.ts";
import { createPgAccountStore } from "./pg-account-store.ts";
import { createPgArchiveStore } from "./pg-archive-store.ts";
import { createPgCollectorStore } from "./pg-collector-store.ts";
import { createPgCommitStore } from "./pg-commit-store.ts";
import type { PgDatabase } from "./pg-database.ts";
import { createPgIncidentStore } from "./pg-incident-store.ts";
import { createPgJobStore } from "./pg-job-store.ts";
import { createPgKeyStore } from "./pg-key-store.ts";
import { createPgLedgerStore } from "./pg-ledger-store.ts";
import { createPgPackStore } from "./pg-pack-store.ts";
import { createPgPolicyStore } from "./pg-policy-store.ts";
import { createPgReads } from "./pg-reads.ts";
import { createPgRunStore } from "./pg-run-store.ts";
import { createPgScheduleStore } from "./pg-schedule-store.ts";
import { createPgScrubStore } from "./pg-scrub-store.ts";
import { createPgSweepStore } from "./pg-sweep-store.ts";
import { createPgZoneStore } from "./pg-zone-store.ts";

/** The Store over PostgreSQL; see [Note: The store] and [Note: Whose rows]. */
export function createPgStore(database: PgDatabase): Store {
  return {
    ...createPgAccountStore(database),
    ...createPgKeyStore(database),
    ...createPgRunStore(database),
    ...createPgScheduleStore(database),
    ...createPgLedgerStore(database),
    ...createPgPackStore(database),
    ...createPgCommitStore(database),
    ...createPgZoneStore(database),
    ...createPgScrubStore(database),
    ...createPgIncidentStore(database),
    ...createPgJobStore(database),
    ...createPgSweepStore(database),
    ...createPgArchiveStore(database),
    ...createPgCollectorStore(database),
    ...createPgPolicyStore(database),
    ...createPgReads(database),
  };
}
