import { describe, expect, test } from "vitest";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError, type ZoneErrorCode } from "../../engine/ports/zone-error.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";

/** Several pieces in every adapter, and no round number. */
const LARGE_BYTES = 3 * 1024 * 1024 + 17;

/** What every zone promises; each adapter's test calls this with a maker of empty bases. */
export function describeZoneContract(name: string, openEmptyZone: () => Promise<Zone>): void {
  describe(`${name} keeps the zone contract`, () => {
    describe("put", () => describePuts(openEmptyZone));
    describe("replaceBad", () => {
      describeReplacements(openEmptyZone);
      describeReplacementAmongReaders(openEmptyZone);
    });
    describe("get", () => describeGets(openEmptyZone));
    describe("names", () => describeNames(openEmptyZone));
    describe("list", () => describeLists(openEmptyZone));
  });
}

function describePuts(open: () => Promise<Zone>): void {
  const key = "companies/c/packs/ab/abcd";
  test("what is put in parts or as a stream is read back whole", async () => {
    const zone = await open();
    await zone.put(key, [bytes(5), bytes(0), bytes(LARGE_BYTES)], LARGE_BYTES + 5);
    await zone.put("companies/c/streamed", stream(bytes(5), bytes(LARGE_BYTES)), LARGE_BYTES + 5);
    expect((await read(zone, key)).equals(Buffer.concat([bytes(5), bytes(LARGE_BYTES)]))).toBe(true);
    expect((await read(zone, "companies/c/streamed")).equals(await read(zone, key))).toBe(true);
    await zone.put("companies/c/empty", [], 0);
    expect(await zone.find("companies/c/empty")).toEqual({ key: "companies/c/empty", sizeBytes: 0 });
  });

  test("equal bytes succeed again; other bytes are refused and change nothing", async () => {
    const zone = await open();
    await zone.put(key, [bytes(100)], 100);
    await zone.put(key, stream(bytes(100)), 100);
    expect(await codeOf(zone.put(key, [bytes(100, 9)], 100))).toBe("exists");
    expect(await codeOf(zone.put(key, [bytes(99)], 99))).toBe("exists");
    expect((await read(zone, key)).equals(bytes(100))).toBe(true);
  });

  test("a wrong length or hash leaves nothing behind", async () => {
    const zone = await open();
    const sha256 = nodePrimitives.sha256(bytes(10));
    expect(await codeOf(zone.put(key, [bytes(10)], 11))).toBe("damaged");
    expect(await codeOf(zone.put(key, stream(bytes(10)), 9))).toBe("damaged");
    expect(await codeOf(zone.put(key, [bytes(10, 4)], 10, { sha256 }))).toBe("damaged");
    expect(await codeOf(zone.put(key, stream(bytes(10, 4)), 10, { sha256 }))).toBe("damaged");
    expect(await zone.find(key)).toBeNull();
    expect(await zone.list("", { limit: 10 }).then((found) => found.filter((info) => info.key === key))).toEqual([]);
    await zone.put(key, stream(bytes(10)), 10, { sha256 });
  });

  test("a body that fails or is aborted leaves nothing behind and its own reason comes out", async () => {
    const zone = await open();
    const reason = new Error("the sender hung up");
    await expect(zone.put(key, failing(bytes(10), reason), 100)).rejects.toBe(reason);
    const signal = AbortSignal.abort(reason);
    await expect(zone.put(key, stream(bytes(10)), 10, { signal })).rejects.toBe(reason);
    expect(await zone.find(key)).toBeNull();
  });

  test("of many that put the same key at once, equal bytes all succeed", async () => {
    const zone = await open();
    await Promise.all(Array.from({ length: 12 }, () => zone.put(key, [bytes(70_000)], 70_000)));
    expect((await read(zone, key)).equals(bytes(70_000))).toBe(true);
  });

  test("of many that put different bytes at once, one wins and the others are told", async () => {
    const zone = await open();
    const codes = await Promise.all(Array.from({ length: 8 }, (_, n) => codeOf(zone.put(key, [bytes(999, n)], 999))));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === "exists")).toHaveLength(7);
  });

  test("a create-only key has one winner, also among equal bytes", async () => {
    const zone = await open();
    const put = () => codeOf(zone.put("control/term-7", [bytes(20)], 20, { isCreateOnly: true }));
    const codes = await Promise.all([put(), put(), put()]);
    expect(codes.toSorted()).toEqual(["exists", "exists", null]);
    expect(await put()).toBe("exists");
  });
}

function describeReplacements(open: () => Promise<Zone>): void {
  const good = bytes(70_000, 5);
  const sha256 = nodePrimitives.sha256(good);
  const hex = Buffer.from(sha256).toString("hex");
  const key = `companies/c/packs/${hex.slice(0, 2)}/${hex}`;
  const receipt = `companies/c/snapshots/000000000001-${hex}.receipt`;

  test("a copy with other bytes, of any length, gives way to the one that has the hash", async () => {
    for (const name of [key, receipt]) {
      for (const bad of [bytes(70_000, 6), good.subarray(0, 100), bytes(90_000), bytes(0)]) {
        const zone = await open();
        await zone.put(name, [bad], bad.length);
        expect(await zone.replaceBad(name, [good.subarray(0, 9), good.subarray(9)], { sha256 })).toBe("replaced");
        expect((await read(zone, name)).equals(good)).toBe(true);
        expect(await zone.find(name)).toEqual({ key: name, sizeBytes: good.length });
        await zone.put(name, [good], good.length);
      }
    }
  });

  test("a good copy is kept, an absent one is stored", async () => {
    const zone = await open();
    expect(await zone.replaceBad(key, [good], { sha256 })).toBe("replaced");
    expect(await zone.replaceBad(key, [good], { sha256 })).toBe("kept");
    expect((await read(zone, key)).equals(good)).toBe(true);
  });

  test("bytes without the hash, another hash than the name's, and control keys are refused and change nothing", async () => {
    const zone = await open();
    const other = bytes(50, 8);
    const otherHash = nodePrimitives.sha256(other);
    await zone.put(key, [bytes(10)], 10);
    expect(await codeOf(zone.replaceBad(key, [other], { sha256 }))).toBe("damaged");
    expect(await codeOf(zone.replaceBad(key, [other], { sha256: otherHash }))).toBe("invalid_key");
    expect((await read(zone, key)).equals(bytes(10))).toBe(true);
    await zone.put("control/term-2", [bytes(10)], 10, { isCreateOnly: true });
    expect(await codeOf(zone.replaceBad("control/term-2", [other], { sha256: otherHash }))).toBe("invalid_key");
    expect((await read(zone, "control/term-2")).equals(bytes(10))).toBe(true);
    expect(await codeOf(zone.replaceBad("../a", [good], { sha256 }))).toBe("invalid_key");
  });

  test("an aborted replacement leaves the old copy", async () => {
    const zone = await open();
    await zone.put(key, [bytes(10)], 10);
    const reason = new Error("the worker stops");
    const signal = AbortSignal.abort(reason);
    await expect(zone.replaceBad(key, [good], { sha256, signal })).rejects.toBe(reason);
    expect((await read(zone, key)).equals(bytes(10))).toBe(true);
  });
}

function describeReplacementAmongReaders(open: () => Promise<Zone>): void {
  test("readers meanwhile see the old copy or the new one, whole, and never none", async () => {
    const zone = await open();
    const good = bytes(70_000, 5);
    const sha256 = nodePrimitives.sha256(good);
    const key = `companies/c/packs/${Buffer.from(sha256).toString("hex")}`;
    const bad = bytes(70_000, 6);
    await zone.put(key, [bad], bad.length);
    let isDone = false;
    const reading = (async () => {
      const seen = new Set<string>();
      while (!isDone || seen.size === 0) {
        // One piece in every adapter, so that a read is of one copy.
        const found = await read(zone, key);
        seen.add(found.equals(good) ? "good" : found.equals(bad) ? "bad" : "neither");
        await new Promise((resolve) => setImmediate(resolve));
      }
      return seen;
    })();
    const healers = Array.from({ length: 6 }, () => zone.replaceBad(key, [good], { sha256 }));
    expect(await Promise.all(healers)).toContain("replaced");
    isDone = true;
    expect(await reading).not.toContain("neither");
    expect((await read(zone, key)).equals(good)).toBe(true);
  });
}

function describeGets(open: () => Promise<Zone>): void {
  test("a range gives exactly its bytes; one beyond the end is damaged", async () => {
    const zone = await open();
    await zone.put("a/b", [bytes(LARGE_BYTES)], LARGE_BYTES);
    const whole = bytes(LARGE_BYTES);
    for (const [offset, sizeBytes] of [
      [0, 1],
      [17, 2_000_000],
      [LARGE_BYTES - 1, 1],
      [LARGE_BYTES, 0],
      [0, LARGE_BYTES],
    ] as const) {
      const found = await read(zone, "a/b", { offset, sizeBytes });
      expect(found.equals(whole.subarray(offset, offset + sizeBytes))).toBe(true);
    }
    expect(await codeOf(read(zone, "a/b", { offset: LARGE_BYTES - 1, sizeBytes: 2 }))).toBe("damaged");
    expect(await codeOf(read(zone, "a/b", { offset: -1, sizeBytes: 2 }))).toBe("damaged");
  });

  test("what is absent is not found, and deleting it succeeds", async () => {
    const zone = await open();
    expect(await codeOf(read(zone, "a/b/c"))).toBe("not_found");
    expect(await zone.find("a/b/c")).toBeNull();
    await zone.delete("a/b/c");
    await zone.put("a/b/c", [bytes(3)], 3);
    await zone.delete("a/b/c");
    expect(await zone.find("a/b/c")).toBeNull();
    await zone.put("a/b/c", [bytes(4)], 4);
    expect((await read(zone, "a/b/c")).length).toBe(4);
  });

  test("a stream that is left early, or never begun, holds nothing", async () => {
    const zone = await open();
    await zone.put("a/b", [bytes(LARGE_BYTES)], LARGE_BYTES);
    for (let n = 0; n < 50; n += 1) await zone.get("a/b");
    for await (const piece of await zone.get("a/b")) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect((await read(zone, "a/b")).length).toBe(LARGE_BYTES);
  });

  test("an aborted signal stops a read with its reason", async () => {
    const zone = await open();
    await zone.put("a/b", [bytes(LARGE_BYTES)], LARGE_BYTES);
    const reason = new Error("the reader hung up");
    const abort = new AbortController();
    const body = await zone.get("a/b", undefined, abort.signal);
    const reading = (async () => {
      for await (const _ of body) abort.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });
}

function describeNames(open: () => Promise<Zone>): void {
  test("keys that could leave the base, or are not ours, are refused by every call", async () => {
    const zone = await open();
    const bad = ["", "/", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden", "A", "a b", "ä", "a\\b", "a\0b"];
    for (const key of [...bad, "a".repeat(513), `${"a/".repeat(20)}b`]) {
      expect(await codeOf(zone.put(key, [bytes(1)], 1))).toBe("invalid_key");
      expect(await codeOf(zone.get(key))).toBe("invalid_key");
      expect(await codeOf(zone.find(key))).toBe("invalid_key");
      const sha256 = nodePrimitives.sha256(bytes(1));
      expect(await codeOf(zone.replaceBad(key, [bytes(1)], { sha256 }))).toBe("invalid_key");
      expect(await codeOf(zone.delete(key))).toBe("invalid_key");
    }
    expect(await codeOf(zone.list("../", { limit: 5 }))).toBe("invalid_key");
  });
}

function describeLists(open: () => Promise<Zone>): void {
  const keys = ["p/a", "p/a-b/x", "p/a.b", "p/a/x", "p/a/y/z", "p/ab", "p/b/0", "p/b/00", "q/a"];

  async function filled(): Promise<Zone> {
    const zone = await open();
    // "p/a" cannot be an object and a folder in one file system; it stands for itself in `keys` only.
    for (const key of keys.slice(1).toReversed()) await zone.put(key, [bytes(key.length)], key.length);
    return zone;
  }

  test("keys come in bytewise order with their sizes", async () => {
    const zone = await filled();
    const found = await zone.list("p/", { limit: 1000 });
    expect(found).toEqual(keys.slice(1, -1).map((key) => ({ key, sizeBytes: key.length })));
    expect((await zone.list("p/a", { limit: 1000 })).map((info) => info.key)).toEqual(keys.slice(1, 6));
    expect(await zone.list("nothing/", { limit: 10 })).toEqual([]);
  });

  test("pages of any size, one after the other, give every key once", async () => {
    const zone = await filled();
    for (const limit of [1, 2, 3, 7]) {
      const seen: string[] = [];
      for (;;) {
        const after = seen.at(-1);
        const page = await zone.list("p/", after === undefined ? { limit } : { after, limit });
        expect(page.length).toBeLessThanOrEqual(limit);
        seen.push(...page.map((info) => info.key));
        if (page.length < limit) break;
      }
      expect(seen).toEqual(keys.slice(1, -1));
    }
  });
}

/** Bytes that differ by position and seed. */
export function bytes(sizeBytes: number, seed = 1): Buffer {
  const out = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 1) out[at] = (at * 31 + (at >> 8) * 7 + seed * 13) & 0xff;
  return out;
}

export async function read(zone: Zone, key: string, range?: { offset: number; sizeBytes: number }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await zone.get(key, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The code of the ZoneError that a call ends with, or null when it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<ZoneErrorCode | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof ZoneError) return error.code;
    throw error;
  }
}

export async function* stream(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function* failing(part: Uint8Array, reason: Error): AsyncGenerator<Uint8Array> {
  yield part;
  throw reason;
}
