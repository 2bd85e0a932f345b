import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ZoneErrorCode } from "../../engine/ports/zone-error.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { boundZone, openZones } from "./open-zones.ts";
import { type S3Fault, S3Server } from "./testing/s3-server.ts";
import { newBase, newZone, sleepingClock } from "./testing/s3-world.ts";
import { withRetry } from "./with-retry.ts";
import { ZoneCalls } from "./zone-calls.ts";
import { bytes, codeOf, read } from "./zone-contract.ts";

let server: S3Server;
beforeAll(async () => {
  server = await new S3Server({ buckets: [] }).start();
});
afterEach(() => {
  server.fault = () => null;
});
afterAll(() => server.stop());

const answer = (status: number, code: string): S3Fault => ({ kind: "answer", status, code });
const sha256 = nodePrimitives.sha256;

describe("what an S3 server says", () => {
  const cases: readonly [string, S3Fault, reading: ZoneErrorCode, writing: ZoneErrorCode][] = [
    ["slow down", answer(503, "SlowDown"), "unreachable", "unreachable"],
    ["an internal error", answer(500, "InternalError"), "unreachable", "unreachable"],
    ["a proxy's page", { kind: "html", status: 502 }, "unreachable", "unreachable"],
    ["a page where an object should be", { kind: "html", status: 200 }, "unreachable", "unreachable"],
    ["a cut connection", { kind: "reset" }, "unreachable", "unreachable"],
    ["a redirect", answer(301, "PermanentRedirect"), "unreachable", "unreachable"],
    ["a bucket that is gone", answer(404, "NoSuchBucket"), "unreachable", "unreachable"],
    ["no access", answer(403, "AccessDenied"), "unreachable", "read_only"],
    ["a method that is forbidden", answer(405, "MethodNotAllowed"), "unreachable", "read_only"],
    ["a key that is unknown", answer(403, "InvalidAccessKeyId"), "unreachable", "unreachable"],
    ["a quota that is used up", answer(403, "QuotaExceeded"), "full", "full"],
    ["a disk that is full", answer(507, "InsufficientStorage"), "full", "full"],
    ["something unknown", answer(418, "Teapot"), "unreachable", "unreachable"],
  ];
  test.each(cases)("%s", async (_, fault, reading, writing) => {
    const { zone } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    server.fault = () => fault;
    expect(await codeOf(zone.get("a/b"))).toBe(reading);
    const put = zone.put("a/c", [bytes(10)], 10);
    // A page of status 200 says that it is stored: no library can tell, and whoever reads it back does.
    if (fault.kind === "html" && fault.status === 200) await put;
    else expect(await codeOf(put)).toBe(writing);
    server.fault = () => null;
    expect((await read(zone, "a/b")).equals(bytes(10))).toBe(true);
  });

  test("names its code and status, and what to look at", async () => {
    const { zone, name } = await newZone(server);
    await zone.find("a");
    server.fault = () => answer(301, "PermanentRedirect");
    const message = `zone1: read a/b in bucket ${name}: PermanentRedirect (status 301), the bucket belongs to another region or address`;
    await expect(zone.get("a/b")).rejects.toThrow(message);
  });

  test("a refused deletion is read-only, and the object stays", async () => {
    const { zone, objects } = await newZone(server);
    await zone.put("a/b", [bytes(10)], 10);
    server.fault = ({ method }) => (method === "DELETE" ? answer(403, "AccessDenied") : null);
    expect(await codeOf(zone.delete("a/b"))).toBe("read_only");
    expect(objects.has("a/b")).toBe(true);
  });

  test("a conflict of two writers is asked about", async () => {
    const { zone, objects } = await newZone(server);
    server.failNext(answer(409, "ConditionalRequestConflict"), 9, ({ method }) => method === "PUT");
    expect(await codeOf(zone.put("a/b", [bytes(10)], 10))).toBe("unreachable");
    objects.set("a/b", bytes(10));
    expect(await codeOf(zone.put("a/b", [bytes(10)], 10))).toBe(null);
    expect(await codeOf(zone.put("a/b", [bytes(10, 2)], 10))).toBe("exists");
  });
});

describe("another try", () => {
  async function newRetrying() {
    const { zone, objects } = await newZone(server);
    const clock = sleepingClock();
    await zone.find("a");
    return { zone: withRetry(zone, { clock, attempts: 4, firstDelayMs: 100 }), clock, objects };
  }
  const passing: S3Fault[] = [
    answer(503, "SlowDown"),
    answer(500, "InternalError"),
    { kind: "html", status: 504 },
    { kind: "reset" },
    { kind: "truncate" },
    { kind: "lost_answer" },
  ];

  test.each(passing)("gets over $kind $code, for every call", async (fault) => {
    const { zone, clock, objects } = await newRetrying();
    const isOfObject = ({ key }: { key: string }) => key !== "control/zone";
    const twice = () => server.failNext(fault, 2, isOfObject);
    // Nothing is left to cut off from an answer without a body.
    const isEmpty = fault.kind === "truncate";
    twice();
    await zone.put("a/b", [bytes(3_000_000)], 3_000_000);
    twice();
    expect((await read(zone, "a/b")).equals(bytes(3_000_000))).toBe(true);
    twice();
    expect(await zone.list("a/", { limit: 5 })).toEqual([{ key: "a/b", sizeBytes: 3_000_000 }]);
    if (!isEmpty) {
      twice();
      expect(await zone.find("a/b")).toEqual({ key: "a/b", sizeBytes: 3_000_000 });
    }
    twice();
    expect(await zone.replaceBad("a/b", [bytes(9)], { sha256: sha256(bytes(9)) })).toMatch(/replaced|kept/);
    expect(objects.get("a/b")?.equals(bytes(9))).toBe(true);
    twice();
    await zone.delete("a/b");
    expect(objects.has("a/b")).toBe(false);
    expect(clock.sleptMs).toBeGreaterThanOrEqual(900);
  });

  test("a create-only put is tried once: its lost answer is not taken for somebody else's", async () => {
    const { zone, objects } = await newRetrying();
    const put = () => zone.put("control/term-2", [bytes(9)], 9, { isCreateOnly: true });
    server.failNext({ kind: "lost_answer" }, 1, ({ method }) => method === "PUT");
    expect(await codeOf(put())).toBe("unreachable");
    expect(objects.has("control/term-2")).toBe(true);
    expect(await codeOf(put())).toBe("exists");
  });

  test("is not made for what it cannot change", async () => {
    const { zone, clock } = await newRetrying();
    server.failNext(answer(403, "QuotaExceeded"), 9, ({ method }) => method === "PUT");
    expect(await codeOf(zone.put("a/b", [bytes(9)], 9))).toBe("full");
    expect(clock.sleptMs).toBe(0);
  });

  test("a stream that breaks off in the middle goes on where it stopped", async () => {
    const { zone, clock } = await newRetrying();
    const whole = bytes(7_000_000);
    await zone.put("a/b", [whole], whole.length);
    for (const range of [undefined, { offset: 1_000_000, sizeBytes: 5_500_000 }]) {
      const parts: Uint8Array[] = [];
      for await (const piece of await zone.get("a/b", range)) {
        parts.push(piece);
        server.failNext({ kind: "truncate" }, 2, ({ method }) => method === "GET");
      }
      const { offset, sizeBytes } = range ?? { offset: 0, sizeBytes: whole.length };
      expect(Buffer.concat(parts).equals(whole.subarray(offset, offset + sizeBytes))).toBe(true);
    }
    expect(clock.sleptMs).toBeGreaterThan(0);
  });

  test("a stream that breaks off in the middle and stays broken says so, and is not gone on with as if it were whole", async () => {
    const { zone } = await newRetrying();
    await zone.put("a/b", [bytes(5_000_000)], 5_000_000);
    const body = await zone.get("a/b");
    server.fault = () => ({ kind: "truncate" });
    let seen = 0;
    const reading = (async () => {
      for await (const piece of body) seen += piece.length;
    })();
    expect(await codeOf(reading)).toBe("unreachable");
    expect(seen).toBe(2 * 1024 * 1024);
  });
});

describe("a server that falls silent", () => {
  test("is unreachable within the deadline, and serves when it speaks again", async () => {
    const { zone: inner, objects } = await newZone(server);
    await inner.put("a/b", [bytes(9)], 9);
    const zone = boundZone(inner, new ZoneCalls("zone1", 8), { answerMs: 300, putMs: 300 });
    server.fault = () => ({ kind: "silent" });
    const calls = [zone.put("a/c", [bytes(9)], 9), zone.get("a/b"), zone.find("a/b"), zone.delete("a/b")];
    expect(await Promise.all(calls.map(codeOf))).toEqual(Array(4).fill("unreachable"));
    server.fault = () => null;
    const patient = boundZone(inner, new ZoneCalls("zone1", 8), { answerMs: 60_000, putMs: 60_000 });
    expect((await read(patient, "a/b")).equals(bytes(9))).toBe(true);
    expect(objects.has("a/c")).toBe(false);
  });
});

describe("opening zones in buckets", () => {
  test("one whose keys are not there yet is part of the set, and serves once they are", async () => {
    const backup = await newBase(server, "backup");
    const archive = await newBase(server, "archive");
    const folder = await mkdtemp(join(tmpdir(), "holdfast-s3-"));
    const file = join(folder, "zone1.env");
    const zones = await openZones({
      zones: [
        {
          zoneId: "zone1",
          ordinal: 1,
          kind: "s3",
          endpoint: server.endpoint,
          region: server.region,
          isPathStyle: true,
          buckets: { backup: backup.name, archive: archive.name },
          credentials: { file },
          identities: { backup: backup.identity, archive: archive.identity },
        },
      ],
      primitives: nodePrimitives,
      now: new Date(),
    });
    const [zone] = zones.all();
    expect(zone).toMatchObject({ zoneKind: "s3", state: "unreachable" });
    await writeFile(
      file,
      `# keys of zone 1\nAWS_ACCESS_KEY_ID=${server.accessKeyId}\nAWS_SECRET_ACCESS_KEY = ${server.secretAccessKey}\n`,
    );
    expect(await zone?.probe()).toEqual({ isReachable: true, errorCode: null, freeBytes: null, totalBytes: null });
    await zone?.archive.put("a/b", [bytes(3)], 3);
    expect(archive.objects.has("a/b")).toBe(true);
    await rm(folder, { recursive: true });
  });
});
