import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodePrimitives, nodeRandomness } from "../../../engine/primitives/node.ts";
import { type BulkGrant, issueBulkToken } from "../../auth/bulk-token.ts";
import { openPgDatabase } from "../../db/pg-database.ts";
import { createPgStore } from "../../db/pg-store.ts";
import type { Store } from "../../domain/store/store.ts";
import { newId } from "../../platform/ids.ts";
import { createLog } from "../../platform/log.ts";
import { type CompanyWorld, startTestRun, type TestRun } from "../../testing/company-world.ts";
import { createTestDatabase } from "../../testing/postgres.ts";
import { createZoneIdentity } from "../../zones/create-zone-identity.ts";
import { type OpenZoneSet, openZones } from "../../zones/open-zones.ts";
import { createGateway, type GatewayOptions } from "../create-gateway.ts";

export interface GatewayWorld {
  readonly store: Store;
  /** Under the worker's role: freezes and sweeps. */
  readonly workerStore: Store;
  readonly zones: OpenZoneSet;
  /** Folder of both zones. */
  readonly folder: string;
  readonly url: string;
  readonly secret: Uint8Array;
  close(): Promise<void>;
}

/** A real gateway over PostgreSQL and two zones in folders; `adapt` may put something around the zones. */
export async function openGatewayWorld(
  adapt: (zones: OpenZoneSet) => OpenZoneSet = (zones) => zones,
  options: Pick<GatewayOptions, "clock"> = {},
): Promise<GatewayWorld> {
  const testDatabase = await createTestDatabase();
  const database = openPgDatabase({ url: testDatabase.appUrl, connections: 6 });
  const store = createPgStore(database);
  const workerDatabase = openPgDatabase({ url: testDatabase.workerUrl, connections: 2 });
  const folder = await mkdtemp(join(tmpdir(), "holdfast-gateway-"));
  const configs = [1, 2].map((ordinal) => {
    const zoneId = `zone${ordinal}`;
    return { zoneId, ordinal, kind: "fs" as const, path: join(folder, zoneId) };
  });
  for (const { zoneId, ordinal, path } of configs) {
    for (const base of ["backup", "archive"] as const) {
      await createZoneIdentity({ zoneId, base, path: join(path, base), randomness: nodeRandomness });
    }
    await store.registerZone({ zoneId, ordinal, zoneKind: "fs" });
  }
  const zones = adapt(await openZones({ zones: configs, primitives: nodePrimitives, now: new Date() }));
  const secret = nodeRandomness.bytes(32);
  const passwords = { hashPassword: async () => "x", isPasswordOf: async () => false };
  const log = createLog("test");
  log.level = "silent";
  const gateway = createGateway({
    deps: { store, zones, primitives: nodePrimitives, randomness: nodeRandomness, passwords, newId },
    secret,
    portalAddress: "http://127.0.0.1:9",
    publicUrl: "http://localhost",
    agentsFolder: join(folder, "agents"),
    log,
    ...options,
  });
  const port = await gateway.listen(0, "127.0.0.1");
  return {
    store,
    workerStore: createPgStore(workerDatabase),
    zones,
    folder,
    url: `http://127.0.0.1:${port}`,
    secret,
    async close() {
      await gateway.close();
      await database.close();
      await workerDatabase.close();
      await testDatabase.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Speaks to the gateway as an agent or a reader. */
export class BulkClient {
  readonly #gateway: GatewayWorld;
  readonly #token: string;

  constructor(gateway: GatewayWorld, token: string) {
    this.#gateway = gateway;
    this.#token = token;
  }

  async call(method: string, path: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    const init: RequestInit = { method, headers: { authorization: `Bearer ${this.#token}`, ...headers } };
    if (body !== undefined) init.body = Uint8Array.from(body);
    return fetch(`${this.#gateway.url}${path}`, init);
  }

  /** Status and code of a refusal, or the status alone. */
  async outcome(method: string, path: string, body?: Uint8Array): Promise<string> {
    const answer = await this.call(method, path, body);
    const text = await answer.text();
    return answer.ok ? String(answer.status) : `${answer.status} ${parseCode(text)}`;
  }
}

function parseCode(text: string): string {
  const parsed: unknown = JSON.parse(text);
  const isRefusal = typeof parsed === "object" && parsed !== null && "code" in parsed && "message" in parsed;
  return isRefusal ? String(parsed.code) : text;
}

export function tokenFor(gateway: GatewayWorld, grant: BulkGrant, ttlMs?: number): string {
  return issueBulkToken(gateway.secret, grant, new Date(), ttlMs).bulkToken;
}

export function readerGrant({ companyId, personId }: CompanyWorld): BulkGrant {
  return { kind: "restore", companyId, personId };
}

export function runGrant({ world, runId, fencingToken, zoneId }: TestRun): BulkGrant {
  const { companyId, agentId, machineId } = world;
  return { kind: "run", companyId, agentId, machineId, runId, fencingToken: Number(fencingToken), zoneId };
}

export async function openRun(gateway: GatewayWorld, world: CompanyWorld, zoneId = "zone1") {
  const run = await startTestRun(gateway.store, world, zoneId);
  return { run, client: new BulkClient(gateway, tokenFor(gateway, runGrant(run))) };
}
