import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { S3Server } from "../zones/testing/s3-server.ts";
import { addressOf } from "../zones/testing/s3-world.ts";
import { run } from "./zones-validate.ts";

let folder: string;
let printed: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-validate-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

async function zonesFile(...zones: readonly object[]): Promise<string> {
  const path = join(folder, "zones.json");
  await writeFile(path, JSON.stringify({ zones }));
  return path;
}

const fsZone = (path: string) => ({ zoneId: "zone1", ordinal: 1, name: "Here", kind: "fs", path });
const results = () =>
  printed.map((line) => JSON.parse(line)) as { base: string; check: string; isGood: boolean; detail: string }[];
const failures = () => results().filter(({ isGood }) => !isGood);

test("a folder that keeps all promises passes, and nothing is left in it, nor are folders that were not there", async () => {
  const path = join(folder, "san", "new");
  await mkdir(join(folder, "san"));
  expect(await run({ file: await zonesFile(fsZone(path)), json: true })).toBe(0);
  expect(failures()).toEqual([]);
  expect(results().map(({ base }) => base)).toEqual([...Array(7).fill("backup"), ...Array(7).fill("archive")]);
  expect(await readdir(join(folder, "san"))).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)("a folder that cannot be written says so", async () => {
  const path = join(folder, "locked");
  await mkdir(path);
  await chmod(path, 0o555);
  expect(await run({ file: await zonesFile(fsZone(path)), json: true })).toBe(1);
  expect(failures()[0]?.detail).toContain("EACCES");
});

test("what cannot be a folder says so", async () => {
  await writeFile(join(folder, "file"), "");
  expect(await run({ file: await zonesFile(fsZone(join(folder, "file"))), json: true })).toBe(1);
  expect(failures().map(({ check }) => check)).toEqual(Array(2).fill("can be reached and written"));
});

test("buckets: one that locks passes and is left empty; an archive that cannot lock, and a server that lets several writers be first, are named", async () => {
  const server = await new S3Server({ buckets: ["backup", "archive", "plain"], lockingBuckets: ["archive"] }).start();
  const { endpoint, region, credentials } = addressOf(server);
  const zone = { zoneId: "zone1", ordinal: 1, name: "There", kind: "s3", endpoint, region, credentials };
  expect(
    await run({ file: await zonesFile({ ...zone, buckets: { backup: "backup", archive: "archive" } }), json: true }),
  ).toBe(0);
  expect(failures()).toEqual([]);
  expect([server.objects("backup").size, server.objects("archive").size]).toEqual([0, 0]);
  printed = [];
  expect(
    await run({ file: await zonesFile({ ...zone, buckets: { backup: "backup", archive: "plain" } }), json: true }),
  ).toBe(1);
  expect(failures()).toMatchObject([
    { base: "archive", check: "a lock keeps its object", detail: expect.stringContaining("Object Lock") },
  ]);
  await server.stop();

  const lax = await new S3Server({
    buckets: ["backup", "archive"],
    lockingBuckets: ["archive"],
    honoursIfNoneMatch: false,
  }).start();
  printed = [];
  const there = { ...zone, ...addressOf(lax), buckets: { backup: "backup", archive: "archive" } };
  const { zoneId, ordinal, name, kind } = zone;
  const { endpoint: address, credentials: keys, buckets } = there;
  expect(
    await run({
      file: await zonesFile({ zoneId, ordinal, name, kind, endpoint: address, region, credentials: keys, buckets }),
      json: true,
    }),
  ).toBe(1);
  expect(failures()).toMatchObject([{ base: "backup", detail: expect.stringContaining("If-None-Match") }]);
  await lax.stop();
});
