import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { openPgDatabase, type PgDatabase } from "../db/pg-database.ts";
import { createPgStore } from "../db/pg-store.ts";
import type { Store } from "../domain/store/store.ts";
import type { PackFrame } from "../domain/testing/build-pack.ts";
import { createDomainScene, enrolTestAgent, openTestRun, sendPack } from "../domain/testing/domain-scene.ts";
import { publicationOf, snapshotOf } from "../domain/testing/store-scene.ts";
import type { ZoneSettings } from "../platform/zone-settings.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { openZones } from "../zones/open-zones.ts";
import { setUpZones } from "./supervisor/set-up-zones.ts";

/** `npm run prove` takes the size that is promised. */
const CHUNKS = process.env.HOLDFAST_PROVE ? 1_000_000 : 20_000;
const LIMIT_MS = 60_000;
const LIMIT_BYTES = 512 * 1024 * 1024;
const CHUNKS_OF_PACK = 60;
const CHILDREN = 200;
const PAGES_OF_FRAME = 25;
const FRAMES_OF_PACK = 20;
/** Of ten packs of content, one is of a run that died. */
const DEAD_SHARE = 10;

let testDatabase: TestDatabase;
let database: PgDatabase;
let store: Store;
let folder: string;
let zones: ZoneSettings[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl, connections: 4 });
  store = createPgStore(database);
  folder = await mkdtemp(join(tmpdir(), "holdfast-sweep-size-"));
  zones = await setUpZones(folder);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The same id in SQL: sha256(int8send(n)). */
function idOf(n: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(n));
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

interface Place {
  readonly companyId: string;
  readonly machineId: string;
  readonly runId: string;
}

/** Rows of content packs as many backups leave them: chunk n lies in pack n / 60; the last tenth is reached by nothing. */
async function insertContent({ companyId, machineId, runId }: Place): Promise<number> {
  const client = new Client({ connectionString: testDatabase.superuserUrl });
  await client.connect();
  const total = Math.floor((CHUNKS * DEAD_SHARE) / (DEAD_SHARE - 1));
  const packs = Math.ceil(total / CHUNKS_OF_PACK);
  try {
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into pack (company_id, pack_id, kind, scope, size_bytes, directory_offset, directory_size, machine_id, run_id, created_at)
       select $1, sha256(int8send(-n)), 'content', 0, 16000000, 15990000, 9984, $2, $3, now() - interval '10 days' from generate_series(1, $4::bigint) as n`,
      [companyId, machineId, runId, packs],
    );
    await client.query(
      `insert into pack_presence (company_id, pack_no, zone_id, state, verified_at)
       select company_id, pack_no, zone_id, 'present', now() from pack cross join zone where company_id = $1 and pack.kind = 'content'`,
      [companyId],
    );
    await client.query(
      `insert into chunk (company_id, scope, chunk_id, pack_no, frame, kind)
       select $1, 0, sha256(int8send(n)), first.pack_no + n / $2, (n % $2)::int, 1
       from generate_series(0, $3::bigint - 1) as n cross join (select min(pack_no) as pack_no from pack where company_id = $1 and kind = 'content') as first`,
      [companyId, CHUNKS_OF_PACK, total],
    );
    await client.query("analyze");
    return packs;
  } finally {
    await client.end();
  }
}

const Swept = z.object({ quarantined: z.number(), held: z.null() });
const Peak = z.object({ maxRssKiB: z.number() });

/** One round in a process of its own, as `holdfast sweep` makes it; with how long it took and its peak of memory. */
async function sweepAlone(companyId: string) {
  const command = JSON.stringify(join(import.meta.dirname, "sweep.ts"));
  const code = `const { run } = await import(${command}); await run({ json: true, company: "${companyId}" });
    console.log(JSON.stringify({ maxRssKiB: process.resourceUsage().maxRSS }));`;
  const env = { ...process.env, DATABASE_WORKER_URL: testDatabase.workerUrl, HOLDFAST_ZONES: JSON.stringify(zones) };
  const beganMs = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const told = (await text(child.stdout)).trim().split("\n");
  const [swept = "", peak = ""] = [told[0], told.at(-1)];
  const tookMs = performance.now() - beganMs;
  return { ...Swept.parse(JSON.parse(swept)), tookMs, peakBytes: Peak.parse(JSON.parse(peak)).maxRssKiB * 1024 };
}

test(`the metadata of ${CHUNKS} chunks is swept within 60 s and 512 MiB`, async () => {
  const opened = await openZones({ zones, primitives: nodePrimitives, now: new Date() });
  const scene = await createDomainScene(store, opened.all());
  const agent = await enrolTestAgent(scene);
  const run = await openTestRun(scene, agent);
  const { companyId } = scene;
  const { runId, machineId, fencingToken } = run.identity;
  const contentPacks = await insertContent({ companyId, machineId, runId });

  const pages = Math.ceil(CHUNKS / CHILDREN);
  const pageId = (page: number) => idOf(1e12 + page);
  let frames: PackFrame[] = [];
  for (let page = 0; page < pages; page += PAGES_OF_FRAME) {
    const members = Array.from({ length: Math.min(PAGES_OF_FRAME, pages - page) }, (_, at) => {
      const first = (page + at) * CHILDREN;
      const count = Math.min(CHILDREN, CHUNKS - first);
      return { id: pageId(page + at), childIds: Array.from({ length: count }, (_each, child) => idOf(first + child)) };
    });
    frames.push({ kind: 2, members });
    if (frames.length < FRAMES_OF_PACK && page + PAGES_OF_FRAME < pages) continue;
    await sendPack(scene, run, frames);
    frames = [];
  }
  const snapshot = { ...snapshotOf({ ...scene, ...agent.row, ...agent, emailOfOwner: "" }, 1, new Uint8Array(32)) };
  const childIds = Array.from({ length: pages }, (_, page) => pageId(page));
  await sendPack(scene, run, [
    { kind: 2, members: [{ id: snapshot.topPageId, childIds }] },
    { kind: 3, members: [{ id: snapshot.changeListId }] },
  ]);
  const lease = { runId, fencingToken };
  const reserved = await store.reserveCommit(companyId, lease, snapshot);
  if (reserved.kind !== "reserved") throw new Error(reserved.kind);
  const { generation } = await store.getClosure(companyId);
  const published = await store.publishCommit(
    companyId,
    lease,
    publicationOf(reserved.commit, snapshot, { generation }),
  );
  expect(published.kind).toBe("published");

  const { quarantined, tookMs, peakBytes } = await sweepAlone(companyId);
  const peak = `${(peakBytes / 2 ** 20).toFixed(0)} MiB`;
  const figures = `${CHUNKS} chunks in ${contentPacks} packs, ${pages} pages: ${(tookMs / 1000).toFixed(1)} s, ${peak}`;
  console.log(figures);
  const livePacks = Math.ceil(CHUNKS / CHUNKS_OF_PACK);
  expect(quarantined).toBe(contentPacks - livePacks);
  expect(tookMs, figures).toBeLessThan(LIMIT_MS);
  expect(peakBytes, figures).toBeLessThan(LIMIT_BYTES);
}, 600_000);
