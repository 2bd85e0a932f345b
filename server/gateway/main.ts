import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { hashPassword, isPasswordOf } from "../auth/password.ts";
import { openPgDatabase } from "../db/pg-database.ts";
import { createPgStore } from "../db/pg-store.ts";
import { getEnv } from "../platform/env.ts";
import { newId } from "../platform/ids.ts";
import { createLog } from "../platform/log.ts";
import { openZones } from "../zones/open-zones.ts";
import { createGateway } from "./create-gateway.ts";

/** Connections to PostgreSQL: commits and lookups are short, and packs wait for the disk far longer than for rows. */
const DATABASE_CONNECTIONS = 12;

const log = createLog("gateway");
const env = getEnv();
const onIdleError = (error: Error) => log.warn({ err: error }, "an idle database connection broke");
const database = openPgDatabase({ url: env.databaseUrl, connections: DATABASE_CONNECTIONS, onIdleError });
const store = createPgStore(database);
const term = await store.getControlTerm();
const zones = await openZones({ zones: env.zones, primitives: nodePrimitives, now: new Date(), term });
for (const { zoneId, ordinal, zoneKind } of zones.all()) await store.registerZone({ zoneId, ordinal, zoneKind });

const gateway = createGateway({
  deps: {
    store,
    zones,
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    passwords: { hashPassword, isPasswordOf },
    newId,
  },
  secret: env.secret,
  portalAddress: env.portalAddress,
  publicUrl: env.publicUrl,
  agentsFolder: env.agentsFolder,
  log,
});
const port = await gateway.listen(env.port);
log.info({ port }, "the gateway listens");
process.send?.({ kind: "ready" });

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await gateway.close();
  await database.close();
  process.exit(0);
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// The supervisor is gone: nobody would start us again or stop us, and its successor needs the port.
process.once("disconnect", stop);
