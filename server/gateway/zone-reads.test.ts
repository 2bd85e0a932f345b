import { describe, expect, test, vi } from "vitest";
import type { Zone } from "../../engine/ports/zone.ts";
import { ZoneError } from "../../engine/ports/zone-error.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { createMemoryZone } from "../zones/memory-zone.ts";
import { boundZone, zoneHandleOf, zoneSetOf } from "../zones/open-zones.ts";
import { ZoneCalls } from "../zones/zone-calls.ts";
import { bytes } from "../zones/zone-contract.ts";
import { ZoneReads } from "./zone-reads.ts";

const CONTENT = bytes(300_000);

async function filledZone(zoneId: string): Promise<Zone> {
  const zone = createMemoryZone({ zoneId, primitives: nodePrimitives });
  await zone.put("a/b", [CONTENT], CONTENT.length);
  return zone;
}

function readsOf(...zones: Zone[]) {
  const failures: string[] = [];
  const handles = zones.map((zone, at) => {
    const { zoneId } = zone;
    const backup = boundZone(zone, new ZoneCalls(zoneId, 8), { answerMs: 50, putMs: 50 });
    return zoneHandleOf({ zoneId, ordinal: at + 1, zoneKind: "memory", backup, archive: backup });
  });
  const reads = new ZoneReads(zoneSetOf(handles), ({ zoneId }) => failures.push(zoneId));
  return { reads, failures };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

const object = { companyId: "c", name: { objectKey: "a/b" }, key: "a/b" };
const both = ["zone1", "zone2"];
const range = { offset: 1_000, sizeBytes: 250_000 };
const lost = (zoneId: string) => new ZoneError("unreachable", zoneId, "gone");

describe("reads over zones", () => {
  test("take the first zone, and the next one when the first is away, silent or without the object", async () => {
    const zone2 = await filledZone("zone2");
    const silent = () => new Promise<never>(() => undefined);
    const away: Zone[] = [
      { ...zone2, zoneId: "zone1", get: () => Promise.reject(lost("zone1")) },
      { ...zone2, zoneId: "zone1", get: silent },
      createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives }),
    ];
    for (const zone1 of away) {
      const { reads, failures } = readsOf(zone1, zone2);
      const opened = await reads.open({ ...object, range, zoneIds: both });
      expect(opened.zoneId).toBe("zone2");
      expect((await collect(opened.body)).equals(CONTENT.subarray(1_000, 251_000))).toBe(true);
      expect(failures).toEqual(["zone1"]);
    }
    const { reads } = readsOf(await filledZone("zone1"), zone2);
    expect((await reads.open({ ...object, range, zoneIds: both })).zoneId).toBe("zone1");
  });

  test("a range that breaks off in one zone goes on in the next at the same byte", async () => {
    const zone1 = await filledZone("zone1");
    async function* breaking(body: AsyncIterable<Uint8Array>) {
      let count = 0;
      for await (const piece of body) {
        if (count++ === 2) throw lost("zone1");
        yield piece;
      }
    }
    const broken: Zone = { ...zone1, get: async (key, wanted) => breaking(await zone1.get(key, wanted)) };
    const { reads } = readsOf(broken, await filledZone("zone2"));
    const opened = await reads.open({ ...object, range, zoneIds: both });
    expect(opened.zoneId).toBe("zone1");
    expect((await collect(opened.body)).equals(CONTENT.subarray(1_000, 251_000))).toBe(true);
  });

  test("a zone that just failed is asked last", async () => {
    const zone1 = await filledZone("zone1");
    let isAway = true;
    const flaky: Zone = { ...zone1, get: (...args) => (isAway ? Promise.reject(lost("zone1")) : zone1.get(...args)) };
    const { reads } = readsOf(flaky, await filledZone("zone2"));
    await reads.open({ ...object, range, zoneIds: both });
    isAway = false;
    expect((await reads.open({ ...object, range, zoneIds: both })).zoneId).toBe("zone2");
    expect((await reads.open({ ...object, range, zoneIds: ["zone1"] })).zoneId).toBe("zone1");
  });

  test("a zone that hangs costs its deadline once: it is tried out beside the reads, and preferred again when it answers", async () => {
    const zone1 = await filledZone("zone1");
    let isHanging = true;
    const orHang = <T>(answer: () => Promise<T>) => (isHanging ? new Promise<never>(() => undefined) : answer());
    const hanging: Zone = {
      ...zone1,
      get: (...args) => orHang(() => zone1.get(...args)),
      find: (...args) => orHang(() => zone1.find(...args)),
    };
    const { reads, failures } = readsOf(hanging, await filledZone("zone2"));
    const servedBy = async () => (await reads.open({ ...object, range, zoneIds: both })).zoneId;
    let nowMs = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => nowMs);
    try {
      for (let round = 0; round < 5; round += 1) {
        expect(await servedBy()).toBe("zone2");
        nowMs += 60_000;
      }
      expect(failures).toEqual(["zone1"]);
      isHanging = false;
      await vi.waitFor(async () => {
        nowMs += 60_000;
        expect(await servedBy()).toBe("zone1");
      });
      expect(failures).toEqual(["zone1"]);
    } finally {
      clock.mockRestore();
    }
  });

  test("a whole object is taken only from a copy that passes the check", async () => {
    const zone1 = createMemoryZone({ zoneId: "zone1", primitives: nodePrimitives });
    await zone1.put("a/b", [bytes(300_000, 2)], 300_000);
    const { reads, failures } = readsOf(zone1, await filledZone("zone2"));
    const isGood = (found: Buffer) => found.equals(CONTENT);
    const found = await reads.readWhole({ ...object, zoneIds: both }, 400_000, isGood);
    expect(found.equals(CONTENT)).toBe(true);
    expect(failures).toEqual(["zone1"]);
    const limited = reads.readWhole({ ...object, zoneIds: both }, 1_000, isGood);
    await expect(limited).rejects.toMatchObject({ code: "damaged" });
  });

  test("when no zone has it, the last zone's error comes out", async () => {
    const { reads } = readsOf(await filledZone("zone1"));
    await expect(reads.open({ ...object, key: "a/c", zoneIds: both })).rejects.toMatchObject({ code: "not_found" });
    await expect(reads.open({ ...object, zoneIds: [] })).rejects.toMatchObject({ code: "not_found" });
  });
});
