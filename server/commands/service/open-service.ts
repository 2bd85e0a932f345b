import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nodePrimitives } from "../../../engine/primitives/node.ts";
import { WORKER_ROLE } from "../../db/embedded/roles.ts";
import { awaitJournal } from "../../db/journal-safety.ts";
import { openPgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import type { Store } from "../../domain/store/store.ts";
import { systemClock } from "../../platform/clock.ts";
import { type ZoneSettings, ZoneSettingsList } from "../../platform/zone-settings.ts";
import { type OpenZoneSet, openZones } from "../../zones/open-zones.ts";
import { setUpZones } from "../supervisor/set-up-zones.ts";
import { ServiceError } from "./service-error.ts";

/** A command asks one thing after the other. */
const CONNECTIONS = 2;

export interface OpenService {
  /** Under the worker's role. */
  readonly store: Store;
  readonly zones: OpenZoneSet;
  /** See the worker's options: the worker ships the journal while a command works. */
  readonly awaitJournal: (companyId: string) => Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Database and zones of a service that runs: those of the environment (`DATABASE_WORKER_URL` and `HOLDFAST_ZONES`), as the worker finds them in a deployment,
 * else those of the data folder on this machine. Nothing is made.
 *
 * @throws ServiceError `service_not_found`
 */
export async function openService(dataFolder: string, environment: NodeJS.ProcessEnv): Promise<OpenService> {
  const { url, zones } = (await findDeployed(environment)) ?? (await findLocal(dataFolder));
  const database = openPgDatabase({ url, connections: CONNECTIONS, onIdleError: () => undefined });
  try {
    const store = createPgStore(database);
    await store.getTime();
    const opened = await openZones({
      zones,
      primitives: nodePrimitives,
      now: new Date(),
      term: await store.getControlTerm(),
    });
    return {
      store,
      zones: opened,
      awaitJournal: (companyId) => awaitJournal(database, systemClock, companyId),
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Found {
  readonly url: string;
  readonly zones: readonly ZoneSettings[];
}

async function findDeployed({
  DATABASE_WORKER_URL: url,
  HOLDFAST_ZONES: zones,
}: NodeJS.ProcessEnv): Promise<Found | null> {
  if (!url || !zones) return null;
  return { url, zones: ZoneSettingsList.parse(JSON.parse(zones)) };
}

async function findLocal(dataFolder: string): Promise<Found> {
  const secret = (name: string) => readFile(join(dataFolder, "secrets", name), "utf8").then((text) => text.trim());
  if (!existsSync(join(dataFolder, "holdfast.json"))) throw notFound(dataFolder);
  try {
    // The owner's address says where PostgreSQL listens; the worker's role is enough here.
    const url = new URL(await secret("owner-url"));
    url.username = WORKER_ROLE;
    url.password = await secret("postgres-worker");
    return { url: url.href, zones: await setUpZones(dataFolder) };
  } catch (error) {
    throw notFound(dataFolder, error);
  }
}

function notFound(dataFolder: string, cause?: unknown): ServiceError {
  return new ServiceError(
    "service_not_found",
    `no service keeps its data in ${dataFolder}: name its folder with --data`,
    {
      cause,
    },
  );
}
