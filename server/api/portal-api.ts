import type { AuthOptions } from "next-auth";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { hashPassword, isPasswordOf } from "../auth/password.ts";
import { openPgDatabase } from "../db/pg-database.ts";
import { createPgStore } from "../db/pg-store.ts";
import { systemClock } from "../platform/clock.ts";
import { getEnv } from "../platform/env.ts";
import { newId } from "../platform/ids.ts";
import { createLog } from "../platform/log.ts";
import { publishedReleases } from "../platform/published-releases.ts";
import { readSetupCodeHash } from "../platform/setup-code.ts";
import { openZones } from "../zones/open-zones.ts";
import { acknowledgeJournal } from "./acknowledge-journal.ts";
import { answerRequest } from "./answer-request.ts";
import type { ApiDeps } from "./api-deps.ts";
import { errorCodeOf } from "./api-error.ts";
import { browserAuthOptions } from "./browser-sign-in.ts";
import { RunFeed } from "./live/run-feed.ts";
import { createPageCaller, type PageApi } from "./page-caller.ts";
import { createRateLimits } from "./rate-limits.ts";

/**
 * [Note: Two module graphs]
 *
 * Next bundles pages and routes; the API, the domain and their adapters run beside them in the same process as Node
 * loads them. Bundled, there would be a second copy of each class (so that an IntegrityError is none), a second pool
 * of connections, and no sql/ files. So app/ reaches the server through this one object, and imports types only.
 */
export interface PortalApi {
  /** Answers one HTTP request to /api/trpc. */
  answer(request: Request): Promise<Response>;
  /** The procedures, as the person behind these headers may call them. */
  createPageApi(headers: Headers): PageApi;
  /** What a visitor may know: whose installation this is, and whether anybody could sign in yet. */
  findProvider(): Promise<{ readonly name: string; readonly hasStaff: boolean }>;
  /** The file with the demo's accounts, as people are told of it; null unless this is the demo. */
  readonly demoFile: string | null;
  /** For next-auth, which must run among the pages because it reads their cookies. */
  browserAuthOptions(headers: Headers): AuthOptions;
  errorCodeOf: typeof errorCodeOf;
}

/** Opens database and zones as the environment names them. The portal's process does it once, before its first page. */
export async function openPortalApi(): Promise<PortalApi> {
  const deps = await openApiDeps();
  return {
    answer: (request) => answerRequest(deps, request),
    createPageApi: (headers) => createPageCaller(deps, headers),
    demoFile: getEnv().demoFile,
    findProvider: async () => (await deps.store.findProvider()) ?? { name: "Holdfast", hasStaff: false },
    browserAuthOptions: (headers) => browserAuthOptions(deps, headers),
    errorCodeOf,
  };
}

async function openApiDeps(): Promise<ApiDeps> {
  const env = getEnv();
  const log = createLog("portal");
  const database = openPgDatabase({
    url: env.databaseUrl,
    onIdleError: (error) => log.warn({ err: error }, "a database connection was lost"),
  });
  const store = createPgStore(database);
  return {
    store,
    acknowledge: (companyId) => acknowledgeJournal(database, companyId),
    runFeed: new RunFeed({ store, log }),
    zones: await openZones({
      zones: env.zones,
      primitives: nodePrimitives,
      now: systemClock.now(),
      term: await store.getControlTerm(),
    }),
    primitives: nodePrimitives,
    randomness: nodeRandomness,
    passwords: { hashPassword, isPasswordOf },
    newId,
    clock: systemClock,
    log,
    rateLimits: createRateLimits(),
    releases: publishedReleases(env.agentsFolder),
    companyRunsMax: env.companyRuns,
    secret: env.secret,
    publicUrl: env.publicUrl,
    tierPrices: env.tierPrices,
    collectorRoots: env.collectorRoots,
    findSetupCodeHash: async () => (env.setupFile === null ? null : readSetupCodeHash(env.setupFile)),
  };
}
