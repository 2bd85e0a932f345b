import { dirname } from "node:path";
import { toHex } from "../../engine/codec/hex.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { hashPassword, isPasswordOf } from "../auth/password.ts";
import { awaitJournal } from "../db/journal-safety.ts";
import { openPgDatabase } from "../db/pg-database.ts";
import { createPgJournalStore } from "../db/pg-journal-store.ts";
import { createPgStore } from "../db/pg-store.ts";
import { systemClock } from "../platform/clock.ts";
import { getEnv } from "../platform/env.ts";
import { newId } from "../platform/ids.ts";
import { createLog } from "../platform/log.ts";
import { openZones } from "../zones/open-zones.ts";
import { startWorker } from "./create-worker.ts";

/** Connections to PostgreSQL besides the queue's. */
const DATABASE_CONNECTIONS = 4;

const log = createLog("worker");
const env = getEnv();
const onIdleError = (error: Error) => log.warn({ err: error }, "an idle database connection broke");
const database = openPgDatabase({ url: env.databaseWorkerUrl, connections: DATABASE_CONNECTIONS, onIdleError });
const store = createPgStore(database);
const term = await store.getControlTerm();
const zones = await openZones({ zones: env.zones, primitives: nodePrimitives, now: new Date(), term });
for (const { zoneId, ordinal, zoneKind } of zones.all()) await store.registerZone({ zoneId, ordinal, zoneKind });

const worker = await startWorker({
  deps: {
    store,
    zones,
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    passwords: { hashPassword, isPasswordOf },
    newId,
  },
  journal: createPgJournalStore(database),
  awaitJournal: (companyId) => awaitJournal(database, systemClock, companyId),
  queueUrl: env.databaseWorkerUrl,
  log,
  owner: `worker-${process.pid}-${toHex(nodeRandomness.bytes(6))}`,
  isReplicationPaused: process.env.HOLDFAST_REPLICATION === "paused",
  scrubDays: env.scrubDays,
  missedGraceMs: env.missedGraceSeconds * 1000,
  ageEveryMs: env.agingMinutes * 60_000,
  sweepEveryMs: env.sweepHours * 3_600_000,
  collectors: findCollectors(),
  now: () => new Date(),
});
log.info("the worker waits for jobs");
process.send?.({ kind: "ready" });

function findCollectors() {
  const { collectorsFolder: folder, collectorRoots: roots, collectorsAtOnce: atOnce } = env;
  if (folder === null) return null;
  // Beside the collectors lie the database and the secrets.
  const ownFolders = [dirname(folder), ...env.zones.flatMap((zone) => (zone.kind === "fs" ? [zone.path] : []))];
  return { folder, roots, ownFolders, atOnce, memoryMib: env.collectorMemoryMib };
}

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await worker.stop();
  await database.close();
  process.exit(0);
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// The supervisor is gone: its successor starts a worker of its own.
process.once("disconnect", stop);
