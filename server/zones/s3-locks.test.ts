import { afterAll, beforeAll, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { createS3Identity } from "./create-s3-identity.ts";
import { describeLocksContract } from "./locks-contract.ts";
import { createS3Zone } from "./s3-zone.ts";
import { S3Server } from "./testing/s3-server.ts";
import { bucketAt } from "./testing/s3-world.ts";
import { bytes, codeOf, read } from "./zone-contract.ts";
import { newZoneIdentity } from "./zone-identity.ts";

const KEY = "companies/c/packs/ab/abcd";
/** More than are made. */
const BUCKETS = Array.from({ length: 20 }, (_, at) => `locking-${at}`);

let server: S3Server;
let made = 0;

beforeAll(async () => {
  server = await new S3Server({ buckets: [...BUCKETS, "plain"], lockingBuckets: BUCKETS }).start();
});
afterAll(() => server.stop());

async function openArchive(name = BUCKETS[made++] ?? "") {
  const bucket = bucketAt(server, name);
  const identity = newZoneIdentity("zone1", "archive", nodeRandomness);
  await createS3Identity({ bucket, identity, sha256: nodePrimitives.sha256 });
  return { name, zone: createS3Zone({ bucket, base: "archive", primitives: nodePrimitives }) };
}

describeLocksContract("an archive in a bucket with Object Lock", async () => (await openArchive()).zone);

test("a bucket without Object Lock says so, and nothing counts as locked", async () => {
  const { zone } = await openArchive("plain");
  await zone.put(KEY, [bytes(3)], 3);
  expect(await codeOf(zone.lock(KEY, new Date(Date.now() + 60_000)))).toBe("no_locks");
  expect(await zone.findLock(KEY)).toBeNull();
});

test("whoever has the keys and writes over a locked object, or marks it as deleted, hides it and no more: the next heal puts a good copy in front", async () => {
  const { name, zone } = await openArchive();
  const sha256 = nodePrimitives.sha256(bytes(10));
  for (const hidden of [Buffer.from("garbage"), null]) {
    await zone.put(KEY, [bytes(10)], 10).catch(() => undefined);
    await zone.lock(KEY, new Date(Date.now() + 60_000));
    server.addVersion(name, KEY, hidden);
    expect(await zone.findLock(KEY)).toBeNull();
    expect(await zone.replaceBad(KEY, [bytes(10)], { sha256 })).toBe("replaced");
    expect((await read(zone, KEY)).equals(bytes(10))).toBe(true);
    await zone.lock(KEY, new Date(Date.now() + 60_000));
    expect(await codeOf(zone.delete(KEY))).toBe("locked");
  }
});

test("deleting removes every version, so that nothing is paid for that nobody can see", async () => {
  const { name, zone } = await openArchive();
  await zone.put(KEY, [bytes(10)], 10);
  server.addVersion(name, KEY, Buffer.from("garbage"));
  server.addVersion(name, KEY, null);
  await zone.delete(KEY);
  expect(await zone.find(KEY)).toBeNull();
  expect(server.objects(name).has(KEY)).toBe(false);
});
