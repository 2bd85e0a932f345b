import { describe, expect, test } from "vitest";
import type { Zone } from "../../engine/ports/zone.ts";
import { nodePrimitives } from "../../engine/primitives/node.ts";
import { bytes, codeOf, read } from "./zone-contract.ts";

const KEY = "companies/c/packs/ab/abcd";
/** Real servers hold test objects until then, in stores that are thrown away before. */
const AHEAD_MS = 3_600_000;

/** What every base that an archive can lie in promises about locks; each adapter's test calls this with a maker of empty bases. */
export function describeLocksContract(name: string, openEmptyZone: () => Promise<Zone>): void {
  describe(`${name} keeps locked objects`, () => {
    const soon = (ms: number) => new Date(Date.now() + ms);

    test("a locked object can be read and listed, and not deleted", async () => {
      const zone = await openEmptyZone();
      await zone.put(KEY, [bytes(100)], 100);
      expect(await zone.findLock(KEY)).toBeNull();
      const until = soon(AHEAD_MS);
      const inForce = await zone.lock(KEY, until);
      expect(inForce.getTime()).toBeGreaterThanOrEqual(until.getTime());
      expect(inForce.getTime()).toBeLessThan(until.getTime() + 1_000);
      expect(await zone.findLock(KEY)).toEqual(inForce);
      expect(await codeOf(zone.delete(KEY))).toBe("locked");
      expect((await read(zone, KEY)).equals(bytes(100))).toBe(true);
      expect((await zone.list("companies/", { limit: 9 })).map(({ key }) => key)).toEqual([KEY]);
      await zone.put(KEY, [bytes(100)], 100);
      expect(await codeOf(zone.put(KEY, [bytes(100, 9)], 100))).toBe("exists");
      expect(await zone.findLock(KEY)).toEqual(inForce);
    });

    test("a lock grows and never shrinks", async () => {
      const zone = await openEmptyZone();
      await zone.put(KEY, [bytes(10)], 10);
      const first = await zone.lock(KEY, soon(AHEAD_MS));
      expect(await zone.lock(KEY, soon(1_000))).toEqual(first);
      expect(await zone.findLock(KEY)).toEqual(first);
      const later = await zone.lock(KEY, soon(2 * AHEAD_MS));
      expect(later.getTime()).toBeGreaterThan(first.getTime());
      expect(await zone.findLock(KEY)).toEqual(later);
    });

    test("when its time is over the object can be deleted", async () => {
      const zone = await openEmptyZone();
      await zone.put(KEY, [bytes(10)], 10);
      await zone.lock(KEY, soon(1));
      await expect.poll(() => codeOf(zone.delete(KEY)), { timeout: 10_000, interval: 200 }).toBeNull();
      expect(await zone.find(KEY)).toBeNull();
      expect(await zone.findLock(KEY)).toBeNull();
      expect(await codeOf(zone.delete(KEY))).toBeNull();
    });

    test("what is absent has no lock and gets none", async () => {
      const zone = await openEmptyZone();
      expect(await zone.findLock(KEY)).toBeNull();
      expect(await codeOf(zone.lock(KEY, soon(AHEAD_MS)))).toBe("not_found");
    });

    test("a copy that reads wrong is replaced, locked or not, and the new one can be locked as before", async () => {
      const zone = await openEmptyZone();
      await zone.put(KEY, [bytes(10, 3)], 10);
      await zone.lock(KEY, soon(AHEAD_MS));
      const sha256 = nodePrimitives.sha256(bytes(10));
      expect(await zone.replaceBad(KEY, [bytes(10)], { sha256 })).toBe("replaced");
      expect((await read(zone, KEY)).equals(bytes(10))).toBe(true);
      const again = await zone.lock(KEY, soon(AHEAD_MS));
      expect(await zone.findLock(KEY)).toEqual(again);
      expect(await zone.replaceBad(KEY, [bytes(10)], { sha256 })).toBe("kept");
      expect(await codeOf(zone.delete(KEY))).toBe("locked");
    });
  });
}
