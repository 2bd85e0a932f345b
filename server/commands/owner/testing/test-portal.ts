import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import superjson from "superjson";
import { z } from "zod";
import { nodePrimitives, nodeRandomness } from "../../../../engine/primitives/node.ts";
import { answerRequest } from "../../../api/answer-request.ts";
import type { ApiDeps } from "../../../api/api-deps.ts";
import { RunFeed } from "../../../api/live/run-feed.ts";
import { createRateLimits } from "../../../api/rate-limits.ts";
import { hashPassword, isPasswordOf } from "../../../auth/password.ts";
import { openPgDatabase } from "../../../db/pg-database.ts";
import { createPgStore } from "../../../db/pg-store.ts";
import { createFirstStaff } from "../../../domain/person/create-first-staff.ts";
import { systemClock } from "../../../platform/clock.ts";
import { newId } from "../../../platform/ids.ts";
import { createLog } from "../../../platform/log.ts";
import { publishedReleases } from "../../../platform/published-releases.ts";
import { createTestDatabase } from "../../../testing/postgres.ts";
import { openZones } from "../../../zones/open-zones.ts";
import { setUpZones } from "../../supervisor/set-up-zones.ts";

const Batch = z.array(z.object({ result: z.object({ data: z.custom<ReturnType<typeof superjson.serialize>>() }) }));

export const STAFF = { email: "staff@provider.example", password: "a staff password" };

export interface TestPortal {
  readonly portalUrl: string;
  readonly deps: ApiDeps;
  /** A folder for whatever the test needs; goes with the portal. */
  readonly folder: string;
  /** Plays a hostile portal: answers of this procedure are changed on their way; null for an honest one. */
  hostile: { readonly procedure: string; readonly change: (output: unknown) => unknown } | null;
  close(): Promise<void>;
}

/** The control API over HTTP, with PostgreSQL and two zones on disk; one account of the staff. */
export async function openTestPortal(): Promise<TestPortal> {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-portal-"));
  const testDatabase = await createTestDatabase();
  const database = openPgDatabase({ url: testDatabase.appUrl, onIdleError: () => {} });
  const zones = await setUpZones(folder);
  const store = createPgStore(database);
  const log = createLog("test");
  const deps: ApiDeps = {
    store,
    zones: await openZones({ zones, primitives: nodePrimitives, now: systemClock.now() }),
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    passwords: { hashPassword, isPasswordOf },
    newId,
    clock: systemClock,
    log,
    rateLimits: createRateLimits(),
    runFeed: new RunFeed({ store, log }),
    companyRunsMax: 16,
    secret: nodeRandomness.bytes(32),
    publicUrl: "http://portal.example",
    // No worker ships a journal here.
    acknowledge: async () => undefined,
    tierPrices: null,
    collectorRoots: [],
    findSetupCodeHash: async () => null,
    releases: publishedReleases(null),
  };
  for (const { zoneId, ordinal } of zones) await deps.store.registerZone({ zoneId, ordinal, zoneKind: "fs" });
  await createFirstStaff(deps, { ...STAFF, providerName: "A Provider" });
  const server = createServer((request, response) => void answer(portal, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test portal listens on no port");
  const portal: TestPortal = {
    hostile: null,
    portalUrl: `http://127.0.0.1:${address.port}`,
    deps,
    folder,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await testDatabase.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return portal;
}

async function answer(portal: TestPortal, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const body = Buffer.concat(parts);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string" && name !== "content-length") headers.set(name, value);
  }
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const method = incoming.method ?? "GET";
  const request = new Request(url, { method, headers, ...(body.length > 0 && { body }) });
  const answered = await answerRequest(portal.deps, request);
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(rewrite(portal, new URL(url).pathname, await answered.text()));
}

function rewrite({ hostile }: TestPortal, path: string, text: string): string {
  if (hostile === null || !path.endsWith(`/${hostile.procedure}`)) return text;
  const answers = Batch.parse(JSON.parse(text)).map(({ result }) => {
    const output = superjson.deserialize({
      json: result.data.json,
      ...(result.data.meta && { meta: result.data.meta }),
    });
    return { result: { data: superjson.serialize(hostile.change(output)) } };
  });
  return JSON.stringify(answers);
}
