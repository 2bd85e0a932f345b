import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { nodePrimitives, nodeRandomness } from "../../engine/primitives/node.ts";
import { createS3Identity } from "./create-s3-identity.ts";
import { createS3Zone } from "./s3-zone.ts";
import { S3Server } from "./testing/s3-server.ts";
import { bucketAt, newBase, newZone } from "./testing/s3-world.ts";
import { bytes, codeOf, describeZoneContract, read, stream } from "./zone-contract.ts";
import { newZoneIdentity } from "./zone-identity.ts";

/** Smaller than what the contract lists, so that every listing has pages. */
const PAGE_KEYS = 3;
const sha256 = nodePrimitives.sha256;

let server: S3Server;
beforeAll(async () => {
  server = await new S3Server({ buckets: [], pageKeys: PAGE_KEYS }).start();
});
afterEach(() => {
  server.fault = () => null;
});
afterAll(() => server.stop());

describeZoneContract("s3", async () => (await newZone(server)).zone);

describe("an s3 base", () => {
  test("stores nothing of a body that does not arrive as it was signed", async () => {
    const { bucket, objects } = await newBase(server);
    const put = { key: "a/b", bytes: bytes(10), sha256: sha256(bytes(10, 2)), isOnlyIfAbsent: true, signal: undefined };
    expect(await codeOf(bucket.put(put))).toBe("unreachable");
    expect(objects.has("a/b")).toBe(false);
  });

  test("stores nothing of a put that is aborted while it is under way", async () => {
    const { zone, objects } = await newZone(server);
    await zone.find("a");
    const abort = new AbortController();
    const reason = new Error("the worker stops");
    server.fault = ({ method }) => {
      if (method === "PUT") abort.abort(reason);
      return { kind: "silent" };
    };
    await expect(zone.put("a/b", [bytes(10)], 10, { signal: abort.signal })).rejects.toBe(reason);
    expect(objects.has("a/b")).toBe(false);
  });

  test("a body that is reused by its stream is stored as it came", async () => {
    const { zone } = await newZone(server);
    const room = Buffer.alloc(4);
    async function* reusing() {
      for (const value of [1, 2, 3]) yield room.fill(value);
    }
    await zone.put("a/b", reusing(), 12);
    expect([...(await read(zone, "a/b"))]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  });

  test("refuses what is larger than its memory for a body, before it is read", async () => {
    const { zone } = await newZone(server);
    expect(await codeOf(zone.put("a/b", stream(bytes(1)), 64 * 1024 * 1024 + 1))).toBe("full");
  });

  test("lists no keys that are not ours, and refuses a server that keeps no order", async () => {
    const { zone, objects } = await newZone(server);
    for (const key of ["p/.hidden", "p/A", "p/a b&<", "p/a/", "p/a", "p/ä", "p/b"]) objects.set(key, bytes(2));
    expect(await zone.list("p/", { limit: 10 })).toEqual([
      { key: "p/a", sizeBytes: 2 },
      { key: "p/b", sizeBytes: 2 },
    ]);
    server.listsBackwards = true;
    expect(await codeOf(zone.list("p/", { limit: 10 })).finally(() => (server.listsBackwards = false))).toBe(
      "unreachable",
    );
  });

  test("asks for nothing when nothing is wanted, and takes no more pages than it needs", async () => {
    const { zone } = await newZone(server);
    for (const key of ["p/a", "p/b", "p/c", "p/d"]) await zone.put(key, [bytes(1)], 1);
    const before = server.requests.length;
    expect(await zone.list("p/", { limit: 3 })).toHaveLength(3);
    expect(server.requests.slice(before).map(({ key }) => key)).toEqual([""]);
    expect(await zone.list("p/", { limit: 0 })).toEqual([]);
  });

  test("does not believe an ETag, in either direction", async () => {
    const { zone } = await newZone(server);
    server.fault = () => ({ kind: "wrong_etag" });
    await zone.put("a/b", [bytes(10)], 10);
    await zone.put("a/b", [bytes(10)], 10);
    expect((await read(zone, "a/b")).equals(bytes(10))).toBe(true);
    expect(await zone.replaceBad("a/b", [bytes(11)], { sha256: sha256(bytes(11)) })).toBe("replaced");
  });

  test("hands out nothing of an answer to another question, or of half of one", async () => {
    const { zone } = await newZone(server);
    await zone.put("a/b", [bytes(100)], 100);
    for (const kind of ["ignore_range", "other_range", "short"] as const) {
      server.failNext({ kind });
      expect(await codeOf(read(zone, "a/b", { offset: 10, sizeBytes: 5 }))).toBe("unreachable");
    }
  });

  test("says that a copy put in the place of a bad one is bad as well, and takes the next one", async () => {
    const { zone, objects } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    server.failNext({ kind: "rot" }, 1, ({ method }) => method === "PUT");
    const replace = () => zone.replaceBad("a/b", [bytes(11)], { sha256: sha256(bytes(11)) });
    expect(await codeOf(replace())).toBe("damaged");
    expect(await replace()).toBe("replaced");
    expect(objects.get("a/b")?.equals(bytes(11))).toBe(true);
  });

  test("an object that becomes shorter while it is read is damaged", async () => {
    const { zone, objects } = await newZone(server);
    const large = bytes(3 * 1024 * 1024);
    await zone.put("a/b", [large], large.length);
    const body = await zone.get("a/b");
    objects.set("a/b", large.subarray(0, 100));
    const reading = (async () => {
      for await (const _ of body);
    })();
    expect(await codeOf(reading)).toBe("damaged");
  });
});

describe("a bucket without its identity", () => {
  test("is unreachable and never empty, in the middle of its life", async () => {
    const { zone, clock, name, objects } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    server.addBucket(name);
    const absent = () => [
      codeOf(zone.get("a/b")),
      codeOf(zone.find("a/b")),
      codeOf(zone.list("", { limit: 1 })),
      codeOf(zone.delete("a/b")),
    ];
    expect(await Promise.all(absent())).toEqual(Array(4).fill("unreachable"));
    const writes = [
      codeOf(zone.put("a/c", [bytes(1)], 1)),
      codeOf(zone.replaceBad("a/b", [bytes(1)], { sha256: sha256(bytes(1)) })),
    ];
    expect(await Promise.all(writes)).toEqual(Array(2).fill("unreachable"));
    server.removeBucket(name);
    clock.nowMs += 1_000;
    expect(await Promise.all(absent())).toEqual(Array(4).fill("unreachable"));
    server.addBucket(name);
    for (const [key, value] of objects) server.objects(name).set(key, value);
    expect((await read(zone, "a/b")).length).toBe(10);
  });

  test("is noticed by every call a second later", async () => {
    const { zone, clock, objects } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    objects.delete("control/zone");
    expect((await read(zone, "a/b")).length).toBe(10);
    clock.nowMs += 1_000;
    const calls = [codeOf(zone.get("a/b")), codeOf(zone.find("a/b")), codeOf(zone.put("a/c", [bytes(1)], 1))];
    expect(await Promise.all(calls)).toEqual(Array(3).fill("unreachable"));
    expect(objects.has("a/c")).toBe(false);
  });

  test("and one of another zone or tier are refused", async () => {
    const first = await newBase(server);
    const second = await newBase(server);
    const open = (change: object) => createS3Zone({ ...first, ...change, primitives: nodePrimitives });
    expect(await codeOf(open({}).find("a"))).toBe(null);
    expect(await codeOf(open({ bucket: second.bucket }).find("a"))).toBe("identity_mismatch");
    expect(await codeOf(open({ base: "archive" }).find("a"))).toBe("identity_mismatch");
    first.objects.set("control/zone", bytes(5_000));
    expect(await codeOf(open({}).find("a"))).toBe("identity_mismatch");
  });

  test("costs one look a second, however many calls there are", async () => {
    const { zone, clock } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    const before = server.requests.length;
    clock.nowMs += 1_000;
    await Promise.all(Array.from({ length: 20 }, () => zone.find("a/b")));
    expect(server.requests.slice(before).filter(({ key }) => key === "control/zone")).toHaveLength(1);
  });
});

describe("making a bucket a base", () => {
  const identity = (base: "backup" | "archive") => newZoneIdentity("zone1", base, nodeRandomness);

  test("happens once, in an empty bucket, and again only with the same identity", async () => {
    server.addBucket("made");
    const first = { bucket: bucketAt(server, "made"), identity: identity("backup"), sha256 };
    await createS3Identity(first);
    await createS3Identity(first);
    expect([...server.objects("made").keys()].toSorted()).toEqual(["control/term-1", "control/zone"]);
    expect(await codeOf(createS3Identity({ ...first, identity: identity("backup") }))).toBe("exists");
    server.addBucket("used");
    server.objects("used").set("companies/c/packs/ab/abcd", bytes(1));
    expect(await codeOf(createS3Identity({ ...first, bucket: bucketAt(server, "used") }))).toBe("exists");
    server.addBucket("termed");
    server.objects("termed").set("control/term-1", bytes(1));
    expect(await codeOf(createS3Identity({ ...first, bucket: bucketAt(server, "termed") }))).toBe("exists");
  });

  test("needs a server that lets the first writer win, but for the archive, where we look before", async () => {
    const lax = await new S3Server({ buckets: ["backup", "archive"], honoursIfNoneMatch: false }).start();
    const make = (base: "backup" | "archive") =>
      createS3Identity({ bucket: bucketAt(lax, base), identity: identity(base), sha256 });
    expect(await codeOf(make("backup"))).toBe("unreachable");
    expect(lax.objects("backup").has("control/zone")).toBe(false);
    await make("archive");
    const bucket = bucketAt(lax, "archive");
    const zone = createS3Zone({ bucket, base: "archive", primitives: nodePrimitives });
    await zone.put("a/b", [bytes(10)], 10);
    await zone.put("a/b", [bytes(10)], 10);
    expect(await codeOf(zone.put("a/b", [bytes(10, 2)], 10))).toBe("exists");
    expect(lax.objects("archive").get("a/b")?.equals(bytes(10))).toBe(true);
    await lax.stop();
  });
});

describe("signatures and secrets", () => {
  test("what is signed with another secret, or at another time, is refused, and nothing is stored", async () => {
    const { name, base, objects } = await newBase(server);
    const wrong = { endpoint: server.endpoint, region: server.region, accessKeyId: server.accessKeyId };
    const zone = createS3Zone({
      bucket: bucketAt({ ...wrong, secretAccessKey: "another/secret" }, name),
      base,
      primitives: nodePrimitives,
    });
    const calls = [
      zone.put("a/b", [bytes(1)], 1),
      zone.get("a/b"),
      zone.find("a/b"),
      zone.list("", { limit: 1 }),
      zone.delete("control/zone"),
      zone.replaceBad("a/b", [bytes(1)], { sha256: sha256(bytes(1)) }),
    ];
    const errors = await Promise.all(calls.map((call) => call.then(() => null).catch((error: unknown) => error)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(ZoneError);
      expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("credentials") });
      const shown = inspect(error, { depth: 20, showHidden: true });
      for (const secret of ["another/secret", server.accessKeyId, "Signature="]) expect(shown).not.toContain(secret);
    }
    expect([...objects.keys()].toSorted()).toEqual(["control/term-1", "control/zone"]);
    server.skewMs = 20 * 60 * 1000;
    const late = createS3Zone({ bucket: bucketAt(server, name), base, primitives: nodePrimitives });
    const skewed = await late.find("a").catch((error: unknown) => error);
    server.skewMs = 0;
    expect(skewed).toMatchObject({ code: "unreachable", message: expect.stringContaining("compare the clocks") });
  });

  test("keys that were changed are used with the next request", async () => {
    const { bucket } = await newBase(server);
    const before = server.secretAccessKey;
    server.secretAccessKey = "the/next+one";
    expect(await codeOf(bucket.findSize("a"))).toBe("unreachable");
    bucketAt(server, "any");
    expect(await codeOf(bucket.findSize("a"))).toBe(null);
    server.secretAccessKey = before;
    bucketAt(server, "any");
    expect(await codeOf(bucket.findSize("a"))).toBe(null);
  });
});
