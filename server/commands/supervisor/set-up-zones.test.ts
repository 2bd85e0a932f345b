import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ZoneSettings } from "../../platform/zone-settings.ts";
import { S3Server } from "../../zones/testing/s3-server.ts";
import { setUpZones } from "./set-up-zones.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-zones-"));
});
afterEach(() => rm(folder, { recursive: true }));

const pathOf = (zone: ZoneSettings | undefined) => (zone?.kind === "fs" ? zone.path : "");

describe("the zones of a data folder", () => {
  test("are two new ones with both tiers, whose identities are recorded", async () => {
    const zones = await setUpZones(folder);
    expect(zones.map(pathOf)).toEqual([join(folder, "zones", "zone1"), join(folder, "zones", "zone2")]);
    for (const zone of zones) {
      const { identities } = zone;
      expect(await readFile(join(pathOf(zone), "backup", "control", "zone"), "utf8")).toContain(identities?.backup);
      expect(await readFile(join(pathOf(zone), "archive", "control", "zone"), "utf8")).toContain(identities?.archive);
    }
  });

  test("are not made anew when a folder is gone", async () => {
    const before = await setUpZones(folder);
    await rm(join(folder, "zones", "zone1"), { recursive: true });
    expect(await setUpZones(folder)).toEqual(before);
    await expect(readFile(join(folder, "zones", "zone1", "backup", "control", "zone"))).rejects.toThrow("ENOENT");
  });

  test("keep what an interrupted first start made", async () => {
    const before = await setUpZones(folder);
    await rm(join(folder, "holdfast.json"));
    await rm(join(folder, "zones", "zone2"), { recursive: true });
    const after = await setUpZones(folder);
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.identities).not.toEqual(before[1]?.identities);
  });
});

describe("a zones file", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await new S3Server({ buckets: [] }).start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    for (const name of ["backup", "archive"]) server.addBucket(name);
    const keys = `AWS_ACCESS_KEY_ID=${server.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${server.secretAccessKey}\n`;
    await writeFile(join(folder, "zone2.env"), keys);
  });

  const fs = (change: object = {}) => ({
    zoneId: "zone1",
    ordinal: 1,
    name: "Here",
    kind: "fs",
    path: "here",
    ...change,
  });
  const s3 = (change: object = {}) => ({
    zoneId: "zone2",
    ordinal: 2,
    name: "There",
    kind: "s3",
    endpoint: server.endpoint,
    region: server.region,
    buckets: { backup: "backup", archive: "archive" },
    credentials: { file: "zone2.env" },
    ...change,
  });

  async function fileOf(...zones: object[]): Promise<string> {
    const path = join(folder, "zones.json");
    await writeFile(path, JSON.stringify({ zones }));
    return path;
  }

  test("makes a folder and two buckets to bases, once, and records no key", async () => {
    const zones = await setUpZones(folder, await fileOf(fs(), s3()));
    expect(zones.map(({ zoneId }) => zoneId)).toEqual(["zone1", "zone2"]);
    expect(zones[1]).toMatchObject({ isPathStyle: true, credentials: { file: join(folder, "zone2.env") } });
    expect([...server.objects("backup").keys()].toSorted()).toEqual(["control/term-1", "control/zone"]);
    expect([...server.objects("archive").keys()]).toEqual(["control/zone"]);
    expect(String(server.objects("backup").get("control/zone"))).toContain(zones[1]?.identities?.backup);
    expect(await setUpZones(folder)).toEqual(zones);
    expect(await setUpZones(folder, await fileOf(fs(), s3()))).toEqual(zones);
    const recorded = await readFile(join(folder, "holdfast.json"), "utf8");
    expect(recorded).not.toContain(server.secretAccessKey);
    expect(recorded).not.toContain(server.accessKeyId);
  });

  test("changes how a known zone is reached, and adds one; it leaves none out and makes no known one anew", async () => {
    const before = await setUpZones(folder, await fileOf(fs()));
    await rename(join(folder, "here"), join(folder, "moved"));
    const after = await setUpZones(folder, await fileOf(fs({ path: "moved", name: "Moved" }), s3()));
    expect(after[0]).toEqual({ ...before[0], path: join(folder, "moved"), name: "Moved" });
    expect(after[1]?.identities?.backup).toMatch(/^[0-9a-f]{32}$/);
    for (const name of ["backup", "archive"]) server.addBucket(name);
    expect(await setUpZones(folder, await fileOf(fs({ path: "moved" }), s3()))).toHaveLength(2);
    expect(server.objects("backup").size).toBe(0);
    await expect(setUpZones(folder, await fileOf(s3()))).rejects.toMatchObject({
      code: "zones_invalid",
      message: expect.stringContaining("zone1 belongs to this data folder"),
    });
  });

  test("that was interrupted is gone on with; a base of somebody else is never taken", async () => {
    server.failNext({ kind: "reset" }, 4, ({ bucket, method }) => bucket === "archive" && method === "PUT");
    await expect(setUpZones(folder, await fileOf(fs(), s3()))).rejects.toMatchObject({ code: "unreachable" });
    expect(existsSync(join(folder, "holdfast.json"))).toBe(false);
    const begun = server.objects("backup").get("control/zone");
    await setUpZones(folder, await fileOf(fs(), s3()));
    expect(server.objects("backup").get("control/zone")).toEqual(begun);
    const other = await mkdtemp(join(tmpdir(), "holdfast-zones-"));
    await writeFile(join(other, "zone2.env"), await readFile(join(folder, "zone2.env")));
    await expect(setUpZones(other, await fileOf(fs(), s3()))).rejects.toMatchObject({ code: "exists" });
    await rm(other, { recursive: true });
    for (const name of ["backup", "archive"]) server.addBucket(name);
    server.objects("backup").set("companies/c/packs/ab/abcd", Buffer.from("x"));
    await rm(join(folder, "holdfast.json"));
    await expect(setUpZones(folder, await fileOf(fs(), s3()))).rejects.toMatchObject({ code: "exists" });
  });

  test("that cannot be used says where and why", async () => {
    const wrong: [object[], string][] = [
      [[s3({ endpoint: "ftp://x" })], "zones.0.endpoint: is an address"],
      [[s3({ endpoint: "https://user:secret@x" })], "zones.0.endpoint: is scheme, host and port alone"],
      [[s3({ endpoint: "https://x/bucket" })], "zones.0.endpoint: is scheme, host and port alone"],
      [[s3({ secretAccessKey: "s" })], 'zones.0: Unrecognized key: "secretAccessKey"'],
      [[s3({ credentials: {} })], "zones.0.credentials: names either a file, or"],
      [[s3({ credentials: { accessKeyIdVariable: "A" } })], "zones.0.credentials: names either a file, or"],
      [
        [s3({ credentials: { accessKeyIdVariable: "A", secretAccessKeyVariable: "a/b+c" } })],
        "is the name of a variable",
      ],
      [[s3({ buckets: { backup: "one", archive: "one" } })], "zones.0.buckets: are two different ones"],
      [[s3({ buckets: { backup: "One", archive: "two" } })], "zones.0.buckets.backup: is a bucket's name"],
      [[fs({ kind: "tape" })], "zones.0.kind: "],
      [[fs(), s3({ ordinal: 1 })], "zones: two zones have the same ordinal"],
      [[fs(), s3({ zoneId: "zone1" })], "zones: two zones have the same zoneId"],
      [[fs({ identities: { backup: "a".repeat(32), archive: "b".repeat(32) } })], "identities are recorded in"],
      [[], "zones: "],
    ];
    for (const [zones, message] of wrong) {
      const failed = { code: "zones_invalid", message: expect.stringContaining(message) };
      await expect(setUpZones(folder, await fileOf(...zones))).rejects.toMatchObject(failed);
    }
    await writeFile(join(folder, "zones.json"), "{");
    await expect(setUpZones(folder, join(folder, "zones.json"))).rejects.toThrow("is not JSON");
    await expect(setUpZones(folder, join(folder, "absent.json"))).rejects.toThrow("cannot be read");
    expect(existsSync(join(folder, "holdfast.json"))).toBe(false);
  });

  test("whose zone cannot be reached, or has no bucket or keys, makes no start", async () => {
    const failing = async (change: object, message: string) => {
      const failed = { code: "unreachable", message: expect.stringContaining(message) };
      await expect(setUpZones(folder, await fileOf(s3(change)))).rejects.toMatchObject(failed);
    };
    await failing({ buckets: { backup: "absent", archive: "archive" } }, "the bucket does not exist there");
    await failing({ credentials: { file: "absent.env" } }, "absent.env cannot be read (ENOENT)");
    await failing(
      { credentials: { accessKeyIdVariable: "HOLDFAST_NO_A", secretAccessKeyVariable: "HOLDFAST_NO_B" } },
      "HOLDFAST_NO_A is missing",
    );
    await failing({ region: "elsewhere" }, "AuthorizationHeaderMalformed");
    await writeFile(
      join(folder, "zone2.env"),
      `AWS_ACCESS_KEY_ID=${server.accessKeyId}\nAWS_SECRET_ACCESS_KEY=guess\n`,
    );
    await failing({}, "check the zone's credentials");
  });
});
