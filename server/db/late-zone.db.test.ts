import { afterAll, beforeAll, expect, test } from "vitest";
import { bytes, createScene, openRun, packOf, registerZones, ZONE_1 } from "../domain/testing/store-scene.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { withClient } from "./embedded/roles.ts";
import { openPgDatabase, type PgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";

let testDatabase: TestDatabase;
let database: PgDatabase;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test("a zone whose registration broke off in the middle is behind with everything after the next start", async () => {
  const store = createPgStore(database);
  await registerZones(store);
  const scene = await createScene(store);
  const { companyId } = scene;
  const pack = packOf(scene, [bytes(32)]);
  await store.recordPack(companyId, await openRun(store, scene), ZONE_1, pack);
  // The process ended between the zone's row and the rows that say what it lacks.
  await withClient(testDatabase.superuserUrl, (client) =>
    client.query("insert into zone (zone_id, ordinal, kind) values ('zone3', 3, 'memory')"),
  );
  await store.registerZone({ zoneId: "zone3", ordinal: 3, zoneKind: "memory" });
  const missing = await store.listMissingPacks(companyId, "zone3", { after: 0, limit: 10 });
  expect(missing.map(({ packId }) => packId)).toEqual([pack.packId]);
  const objects = await store.listMissingObjects(companyId, "zone3", { after: "", limit: 100 });
  expect(objects.length).toBeGreaterThan(0);
  expect(await store.listCompaniesBehind("zone3")).toContain(companyId);
});
