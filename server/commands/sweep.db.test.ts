import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../db/pg-database.ts";
import { createPgStore } from "../db/pg-store.ts";
import { createDomainScene, type DomainScene, enrolTestAgent } from "../domain/testing/domain-scene.ts";
import { newId } from "../platform/ids.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import {
  backUp,
  endTestRun,
  newChain,
  newId32,
  sendHalf,
  sweepOptionsOf,
  sweepWhole,
} from "../worker/sweep/testing/sweep-world.ts";
import { openZones } from "../zones/open-zones.ts";
import { keepDatabase } from "./supervisor/keep-database.ts";
import { setUpZones } from "./supervisor/set-up-zones.ts";
import { run } from "./sweep.ts";

let testDatabase: TestDatabase;
let database: PgDatabase;
let workerDatabase: PgDatabase;
let folder: string;
let scene: DomainScene;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
  workerDatabase = openPgDatabase({ url: testDatabase.workerUrl });
  folder = await mkdtemp(join(tmpdir(), "holdfast-sweep-command-"));
  const zones = await setUpZones(folder);
  vi.stubEnv("DATABASE_WORKER_URL", testDatabase.workerUrl);
  vi.stubEnv("HOLDFAST_ZONES", JSON.stringify(zones));
  const opened = await openZones({ zones, primitives: nodePrimitives, now: new Date() });
  scene = await createDomainScene(createPgStore(database), opened.all());
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await workerDatabase.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

const lines = (): unknown[] => printed.map((line) => JSON.parse(line));

describe("holdfast sweep", () => {
  test("tells what would be done and why, then does it, over two rounds", async () => {
    const agent = await enrolTestAgent(scene);
    const { companyId } = scene;
    await backUp(scene, agent, newChain(), [newId32()]);
    const other = await enrolTestAgent(scene);
    const dead = await sendHalf(scene, other, [newId32()]);
    await endTestRun(scene, other, dead.run);

    expect(await run({ dryRun: true, json: true, company: companyId })).toBe(0);
    expect(lines()).toEqual([
      {
        company: companyId,
        tier: "backup",
        round: 1,
        plan: {
          "keep: reached": { packs: 2, bytes: expect.any(Number) },
          "keep: young": { packs: 2, bytes: expect.any(Number) },
        },
        problem: null,
        hold: null,
      },
      { company: companyId, tier: "archive", round: 1, plan: {}, problem: null, hold: null },
    ]);

    // The command keeps what came within three days, so the first round is made with no such grace.
    await sweepWhole(sweepOptionsOf(scene, { store: createPgStore(workerDatabase) }), companyId);
    printed = [];
    expect(await run({ dryRun: true, company: companyId })).toBe(0);
    expect(printed.join("\n")).toContain("keep: resting: 2 packs");
    printed = [];
    expect(await run({ json: true })).toBe(0);
    const nothing = { quarantined: 0, rescued: 0, repacked: 0, deleted: 0, deletedBytes: 0, held: null };
    expect(lines()).toEqual((["backup", "archive"] as const).map((tier) => ({ company: companyId, tier, ...nothing })));
  });

  test("refuses a company that is not there, an id that is none, and a folder of no service", async () => {
    await expect(run({ company: newId() })).rejects.toMatchObject({ code: "company_unknown" });
    await expect(run({ company: "clayworks" })).rejects.toMatchObject({ code: "usage" });
    vi.stubEnv("HOLDFAST_ZONES", "");
    await expect(run({ data: folder })).rejects.toMatchObject({ code: "service_not_found" });
    await expect(run({ data: join(folder, "absent") })).rejects.toMatchObject({ code: "service_not_found" });
  });

  test("finds the service of a data folder that runs on this machine", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "holdfast-sweep-data-"));
    await chmod(dataFolder, 0o755);
    vi.stubEnv("HOLDFAST_ZONES", "");
    const projectRoot = join(import.meta.dirname, "../..");
    await setUpZones(dataFolder);
    const kept = await keepDatabase(projectRoot, dataFolder, () => undefined);
    try {
      expect(await run({ data: dataFolder, dryRun: true, json: true })).toBe(0);
      expect(lines()).toEqual([]);
    } finally {
      await kept.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  });
});
