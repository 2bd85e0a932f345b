import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runDirectoriesOf } from "../domain/pack/run-directories.ts";
import { commitSnapshot } from "../domain/snapshot/commit-snapshot.ts";
import type { Store } from "../domain/store/store.ts";
import {
  createDomainScene,
  enrolTestAgent,
  manifestOf,
  openTestRun,
  sendPack,
} from "../domain/testing/domain-scene.ts";
import { createTestDatabase, type TestDatabase } from "../testing/postgres.ts";
import { openPgDatabase, type PgDatabase } from "./pg-database.ts";
import { createPgStore } from "./pg-store.ts";

let testDatabase: TestDatabase;
let database: PgDatabase;
let store: Store;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openPgDatabase({ url: testDatabase.appUrl });
  store = createPgStore(database);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test("from the invitation to the snapshot: founded, enrolled, sent, committed, repeated", async () => {
  const scene = await createDomainScene(store);
  const agent = await enrolTestAgent(scene);
  const run = await openTestRun(scene, agent);
  const content = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))];
  const topPageId = new Uint8Array(randomBytes(32));
  const changeListId = new Uint8Array(randomBytes(32));
  await sendPack(scene, run, [
    { kind: 2, members: [{ id: topPageId, childIds: content }] },
    { kind: 3, members: [{ id: changeListId }] },
  ]);
  const manifest = manifestOf(scene, agent, run, { topPageId, changeListId });
  await expect(commitSnapshot(scene.deps, run.identity, manifest)).rejects.toMatchObject({
    code: "missing_objects",
    details: { missingCount: 2 },
  });
  await sendPack(scene, run, [{ kind: 1, members: content.map((id) => ({ id })) }]);
  runDirectoriesOf(store).forget(run.identity.runId);
  const committed = await commitSnapshot(scene.deps, run.identity, manifest);
  expect(committed).toMatchObject({ commit: 1, outcome: "complete", isRepeat: false });
  expect(await commitSnapshot(scene.deps, run.identity, manifest)).toEqual({ ...committed, isRepeat: true });
  const [machine] = await store.listMachines(null, {
    sort: "created",
    isDescending: false,
    states: [],
    limit: 10,
  });
  expect(machine).toMatchObject({
    newestSnapshot: { snapshotId: committed.snapshotId },
    newestRun: { outcome: "complete" },
  });
  expect((await store.listRuns(scene.companyId, { limit: 10 }))[0]).toMatchObject({ snapshotId: committed.snapshotId });
});
