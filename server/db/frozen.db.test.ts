import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../domain/store/store.ts";
import {
  bytes,
  createScene,
  openRun,
  packOf,
  publishSnapshot,
  registerZones,
  type Scene,
  ZONE_1,
  ZONE_2,
} from "../domain/testing/store-scene.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { openPgDatabase, type PgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";

/** Invariant 7, at the level of the database: what these roles may send, in any statement, leaves a frozen snapshot as it is. */

const DAY_MS = 24 * 3_600_000;
const until = new Date(Math.floor((Date.now() + 35 * DAY_MS) / 1_000) * 1_000);

let database: TestDatabase;
let opened: PgDatabase;
let workerOpened: PgDatabase;
let store: Store;
let worker: Store;
let scene: Scene;
let frozen: { readonly commit: number; readonly snapshotId: string; readonly packId: string };

beforeAll(async () => {
  database = await createTestDatabase();
  opened = openPgDatabase({ url: database.appUrl });
  workerOpened = openPgDatabase({ url: database.workerUrl });
  store = createPgStore(opened);
  worker = createPgStore(workerOpened);
  await registerZones(store);
  scene = await createScene(store);
  frozen = await freezeOne();
});

afterAll(async () => {
  await opened.close();
  await workerOpened.close();
  await database.drop();
});

/** Two snapshots, of which the older one is frozen with one pack, and has left the backup tier. */
async function freezeOne() {
  const { companyId } = scene;
  const first = await publishSnapshot(store, scene, null);
  await publishSnapshot(store, scene, first.snapshot);
  const lease = await openRun(store, scene);
  const pack = packOf(scene, [bytes(32)]);
  const zoneIds = [ZONE_1, ZONE_2];
  await worker.recordArchivedPack(companyId, { pack, runId: lease.runId, zoneIds, lockedUntil: until });
  const objects = (["manifest", "sidecar"] as const).map((kind) => {
    return { kind, objectKey: `archive/${kind}`, sizeBytes: 5, sha256: bytes(32) };
  });
  const { commit, snapshot } = first;
  const freeze = { commit, snapshotClass: "daily", retainUntil: until, objects, zoneIds } as const;
  await worker.recordFrozen(companyId, freeze);
  await worker.leaveBackup(companyId, [commit]);
  return { commit, snapshotId: snapshot.snapshotId, packId: pack.packId };
}

async function send(by: PgDatabase, statement: string): Promise<number> {
  const client = await by.pool.connect();
  try {
    await client.query(`begin; set local holdfast.company = '${scene.companyId}'`);
    const { rowCount } = await client.query(statement);
    await client.query("commit");
    return rowCount ?? 0;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

/** Everything that the database holds about it. */
async function imageOf(): Promise<unknown> {
  const client = await workerOpened.pool.connect();
  try {
    await client.query(`begin; set local holdfast.company = '${scene.companyId}'`);
    const { rows } = await client.query(`select
      (select jsonb_agg(s order by s.commit) from snapshot s) as snapshots,
      (select jsonb_agg(p) from pack p where p.tier = 'archive') as packs,
      (select jsonb_agg(r order by r.zone_id) from pack_presence r) as copies,
      (select jsonb_agg(c) from chunk c) as chunks,
      (select jsonb_agg(o order by o.object_key) from object o where o.object_key like 'archive/%') as objects,
      (select jsonb_agg(r order by r.object_key, r.zone_id) from object_presence r where r.object_key like 'archive/%') as presence`);
    return rows[0];
  } finally {
    await client.query("rollback");
    client.release();
  }
}

const STATEMENTS = [
  "delete from snapshot",
  "truncate snapshot",
  "update snapshot set retain_until = now()",
  "update snapshot set retain_until = null, frozen_at = null, class = null",
  "update snapshot set class = 'weekly' where class = 'daily'",
  "update snapshot set archive_expired_at = now() where frozen_at is not null",
  "update snapshot set backup_left_at = null where backup_left_at is not null",
  "update snapshot set top_page_id = decode(repeat('00', 32), 'hex')",
  "update snapshot set manifest_sha256 = decode(repeat('00', 32), 'hex')",
  "update snapshot set received_at = now() - interval '20 years'",
  "delete from pack",
  "update pack set locked_until = now() where tier = 'archive'",
  "update pack set tier = 'backup', locked_until = null where tier = 'archive'",
  "update pack set state = 'deleting' where tier = 'archive'",
  "update pack set state = 'gone' where tier = 'archive'",
  "update pack set pack_id = decode(repeat('00', 32), 'hex') where tier = 'archive'",
  "delete from pack_presence",
  "delete from chunk",
  "truncate chunk",
  "delete from object where object_key like 'archive/%'",
  "update object set deleting_at = now() where object_key like 'archive/%'",
  "update object set locked_until = now() where object_key like 'archive/%'",
  "update object set sha256 = decode(repeat('00', 32), 'hex') where object_key like 'archive/%'",
  "delete from object_presence where object_key like 'archive/%'",
  "delete from hold",
  "alter table snapshot disable trigger snapshot_protected",
  "alter table pack disable trigger all",
  "drop trigger pack_protected on pack",
  "create or replace function pack_protect() returns trigger language plpgsql as 'begin return new; end'",
  "set session_replication_role = replica",
  "set role holdfast_owner",
] as const;

describe("a frozen snapshot", () => {
  for (const statement of STATEMENTS) {
    test(`outlives: ${statement}`, async () => {
      const before = await imageOf();
      for (const by of [opened, workerOpened]) {
        // 42501: no right to; HF001 and 23514: refused by what protects it.
        await expect(send(by, statement)).rejects.toMatchObject({
          code: expect.stringMatching(/^(42501|HF001|23514)$/),
        });
      }
      expect(await imageOf()).toEqual(before);
    });
  }

  test("outlives every call of the store that lets something go", async () => {
    const { companyId } = scene;
    const { commit, packId } = frozen;
    const before = await imageOf();
    expect(await worker.expireArchived(companyId, [commit])).toEqual([]);
    await worker.removeObjects(companyId, ["archive/manifest", "archive/sidecar"]);
    await worker.raisePackLocks(companyId, [packId], new Date());
    await worker.markObjectsDeleted(companyId, [packId], 1);
    await worker.forgetPacks(companyId, "archive", 1);
    await worker.dropChunks(companyId, null, 1_000);
    expect(await imageOf()).toEqual(before);
    expect((await store.findSnapshot(companyId, frozen.snapshotId))?.frozen?.retainUntil).toEqual(until);
  });

  test("a hold can be lifted once and nothing else about it changes", async () => {
    const { companyId, ownerId } = scene;
    const holdId = randomUUID();
    await store.placeHold(companyId, { holdId, snapshotId: frozen.snapshotId, reason: "case 7", byPersonId: ownerId });
    for (const statement of [
      "update hold set reason = 'x'",
      "update hold set commit = commit + 1",
      "delete from hold",
      "update hold set lifted_at = now()",
    ]) {
      const attempt = send(opened, statement);
      await expect(attempt, statement).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|HF001|23514)$/) });
    }
    await store.liftHold(companyId, { holdId, byPersonId: ownerId });
    const again = send(opened, `update hold set lifted_by = '${randomUUID()}'`);
    await expect(again).rejects.toMatchObject({ code: "HF001" });
  });
});
