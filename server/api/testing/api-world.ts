import { randomBytes } from "node:crypto";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { hashPassword, isPasswordOf } from "../../auth/password.ts";
import { openPgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import { systemClock } from "../../platform/clock.ts";
import { newId } from "../../platform/ids.ts";
import { createLog } from "../../platform/log.ts";
import { publishedReleases } from "../../platform/published-releases.ts";
import { createTestDatabase } from "../../testing/postgres.ts";
import { createMemoryZone } from "../../zones/memory-zone.ts";
import { zoneHandleOf, zoneSetOf } from "../../zones/open-zones.ts";
import type { ApiDeps } from "../api-deps.ts";
import { RunFeed } from "../live/run-feed.ts";
import { createRateLimits } from "../rate-limits.ts";

export interface ApiWorld {
  readonly deps: ApiDeps;
  /** The database as the owner of its schema. */
  readonly ownerUrl: string;
  close(): Promise<void>;
}

/** The API over a PostgreSQL of its own and two zones in memory. */
export async function openApiWorld(): Promise<ApiWorld> {
  const testDatabase = await createTestDatabase();
  const database = openPgDatabase({ url: testDatabase.appUrl, connections: 4 });
  const store = createPgStore(database);
  const handles = [1, 2].map((ordinal) => {
    const zoneId = `zone${ordinal}`;
    const open = () => createMemoryZone({ zoneId, primitives: nodePrimitives });
    return zoneHandleOf({ zoneId, ordinal, zoneKind: "memory", backup: open(), archive: open() });
  });
  for (const { zoneId, ordinal } of handles) await store.registerZone({ zoneId, ordinal, zoneKind: "memory" });
  const log = createLog("test");
  const deps: ApiDeps = {
    store,
    runFeed: new RunFeed({ store, log, pollMs: 20 }),
    zones: zoneSetOf(handles),
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    passwords: { hashPassword, isPasswordOf },
    newId,
    clock: systemClock,
    log,
    rateLimits: createRateLimits(),
    companyRunsMax: 16,
    secret: randomBytes(32),
    publicUrl: "http://localhost:7443",
    // No worker ships a journal here.
    acknowledge: async () => undefined,
    tierPrices: null,
    collectorRoots: ["/srv/hosted"],
    findSetupCodeHash: async () => null,
    releases: publishedReleases(null),
  };
  return {
    deps,
    ownerUrl: testDatabase.ownerUrl,
    close: async () => {
      await database.close();
      await testDatabase.drop();
    },
  };
}
