import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { systemClock } from "../platform/clock.ts";
import { createS3Identity } from "./create-s3-identity.ts";
import { describeLocksContract } from "./locks-contract.ts";
import { openS3Bucket } from "./s3-bucket.ts";
import { openS3Client } from "./s3-client.ts";
import { createS3Zone } from "./s3-zone.ts";
import { type CephZone, findCephTool, startCephZone } from "./testing/ceph-zone.ts";
import { addressOf } from "./testing/s3-world.ts";
import { withRetry } from "./with-retry.ts";
import { bytes, codeOf, describeZoneContract, read } from "./zone-contract.ts";
import { newZoneIdentity, type ZoneBase } from "./zone-identity.ts";

const tool = findCephTool();
const isProof = process.env.HOLDFAST_PROVE === "1";

describe.skipIf(tool === null)("Ceph RGW", () => {
  let ceph: CephZone;
  let count = 0;
  beforeAll(async () => {
    ceph = await startCephZone(tool ?? "", isProof ? "bluestore" : "memstore");
  }, 180_000);
  afterAll(() => ceph?.remove(), 180_000);

  async function newBucket(isVersioned = false, isLocking = false) {
    count += 1;
    const Bucket = `bucket-${count}`;
    const client = openS3Client(addressOf(ceph));
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: isLocking }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    if (isVersioned) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    return openS3Bucket(client, "zone1", Bucket);
  }

  async function newZone(base: ZoneBase = "backup", isVersioned = false, isLocking = false) {
    const bucket = await newBucket(isVersioned, isLocking);
    const identity = newZoneIdentity("zone1", base, nodeRandomness);
    await createS3Identity({ bucket, identity, sha256: nodePrimitives.sha256 });
    return createS3Zone({ bucket, base, identity: identity.identity, primitives: nodePrimitives });
  }

  test("stores, reads, lists and deletes, and lets the first writer win", async () => {
    const zone = await newZone();
    const large = bytes(17 * 1024 * 1024 + 3);
    await zone.put("a/large", [large], large.length);
    expect((await read(zone, "a/large")).equals(large)).toBe(true);
    expect(await codeOf(zone.put("a/large", [bytes(3)], 3))).toBe("exists");
    await zone.put("a/empty", [], 0);
    expect((await read(zone, "a/empty")).length).toBe(0);
    const racers = Array.from({ length: 8 }, (_, n) => codeOf(zone.put("a/raced", [bytes(999, n)], 999)));
    expect((await Promise.all(racers)).toSorted()).toEqual([...Array(7).fill("exists"), null]);
    expect((await zone.list("a/", { limit: 9 })).map(({ key }) => key)).toEqual(["a/empty", "a/large", "a/raced"]);
    await zone.delete("a/raced");
    expect(await zone.find("a/raced")).toBe(null);
  });

  test("a versioned bucket is refused for a backup, and serves for an archive", async () => {
    expect(await codeOf(newZone("backup", true))).toBe("unreachable");
    const zone = await newZone("archive", true);
    await zone.put("a/b", [bytes(10)], 10);
    await zone.put("a/b", [bytes(10)], 10);
    expect(await codeOf(zone.put("a/b", [bytes(10, 2)], 10))).toBe("exists");
    expect((await read(zone, "a/b")).equals(bytes(10))).toBe(true);
  });

  test("what is locked is refused by the zone itself, also for its own credentials: deleting it, and shortening its lock", async () => {
    const zone = await newZone("archive", false, true);
    await zone.put("a/b", [bytes(10)], 10);
    const until = await zone.lock("a/b", new Date(Date.now() + 3_600_000));
    const client = openS3Client(addressOf(ceph));
    const where = { Bucket: `bucket-${count}`, Key: "a/b" };
    const { VersionId } = await client.send(new HeadObjectCommand(where));
    const version = { ...where, ...(VersionId && { VersionId }) };
    await expect(client.send(new DeleteObjectCommand(version))).rejects.toMatchObject({ name: "AccessDenied" });
    for (const bypass of [false, true]) {
      const Retention = { Mode: "COMPLIANCE", RetainUntilDate: new Date(Date.now() + 60_000) } as const;
      const shorten = new PutObjectRetentionCommand({ ...version, Retention, BypassGovernanceRetention: bypass });
      await expect(client.send(shorten)).rejects.toMatchObject({ name: "AccessDenied" });
    }
    // A mark of deletion hides it, and is all that the credentials can do.
    await client.send(new DeleteObjectCommand(where));
    expect(await zone.find("a/b")).toBe(null);
    const sha256 = nodePrimitives.sha256(bytes(10));
    expect(await zone.replaceBad("a/b", [bytes(10)], { sha256 })).toBe("replaced");
    expect((await zone.lock("a/b", until)).getTime()).toBe(until.getTime());
  });

  describeLocksContract("an archive on Ceph", () => newZone("archive", false, true));

  test("other keys are refused, a bucket without identity and an absent one are unreachable", async () => {
    const zone = await newZone();
    const { secretAccessKey } = ceph;
    addressOf({ ...ceph, secretAccessKey: "another" });
    expect(await codeOf(zone.find("a"))).toBe("unreachable");
    addressOf({ ...ceph, secretAccessKey });
    expect(await zone.find("a")).toBe(null);
    const open = (bucket: ReturnType<typeof openS3Bucket>) =>
      createS3Zone({ bucket, base: "backup", primitives: nodePrimitives });
    expect(await codeOf(open(await newBucket()).list("", { limit: 1 }))).toBe("unreachable");
    const absent = openS3Bucket(openS3Client(addressOf(ceph)), "zone1", "absent");
    expect(await codeOf(open(absent).find("a"))).toBe("unreachable");
  });

  describe.skipIf(!isProof)("as a whole", () => {
    describeZoneContract("s3 on Ceph", () => newZone());

    test("no acknowledged object is lost when everything is killed under writers, again and again", async () => {
      const zone = withRetry(await newZone(), { clock: systemClock, attempts: 40, firstDelayMs: 50, untilMs: 60_000 });
      const stored: string[] = [];
      let isDone = false;
      const write = async (writer: number) => {
        for (let n = 0; !isDone; n += 1) {
          const key = `w/${writer}-${n}`;
          const body = bytes(200_000 + n, writer);
          if ((await codeOf(zone.put(key, [body], body.length))) === null) stored.push(key);
        }
      };
      const writers = [1, 2, 3, 4].map(write);
      for (const part of ["rgw", "osd", "rgw"]) {
        await systemClock.sleep(1_500);
        await ceph.tell("kill", part);
        await ceph.tell("start");
      }
      await systemClock.sleep(1_500);
      isDone = true;
      await Promise.all(writers);
      expect(stored.length).toBeGreaterThan(20);
      for (const key of stored) {
        const [writer = 0, n = 0] = key.slice(2).split("-").map(Number);
        expect((await read(zone, key)).equals(bytes(200_000 + n, writer))).toBe(true);
      }
    }, 600_000);

    test("a gateway that is frozen is unreachable, and serves once it thaws", async () => {
      const zone = await newZone();
      await zone.put("a/b", [bytes(10)], 10);
      await ceph.tell("freeze", "rgw");
      const found = codeOf(zone.find("a/b"));
      expect(await found).toBe("unreachable");
      await ceph.tell("thaw", "rgw");
      expect(await zone.find("a/b")).toEqual({ key: "a/b", sizeBytes: 10 });
    }, 120_000);
  });
});
