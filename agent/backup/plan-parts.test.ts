import { expect, test } from "vitest";
import type { Stretch } from "../../engine/ports/source.ts";
import { planParts } from "./plan-parts.ts";

const data = (offset: number, sizeBytes: number): Stretch => ({ isHole: false, offset, sizeBytes });
const hole = (offset: number, sizeBytes: number): Stretch => ({ isHole: true, offset, sizeBytes });

test("a file without holes is cut at multiples of a part", () => {
  expect(planParts([data(0, 250)], 100)).toEqual([[data(0, 100)], [data(100, 100)], [data(200, 50)]]);
});

test("parts cover a sparse file exactly, in order, and begin at its start", () => {
  const extents = [hole(0, 30), data(30, 10), hole(40, 500), data(540, 120), hole(660, 5)];
  const parts = planParts(extents, 100);
  expect(parts[0]?.[0]?.offset).toBe(0);
  let end = 0;
  for (const extent of parts.flat()) {
    expect(extent.offset).toBe(end);
    end += extent.sizeBytes;
  }
  expect(end).toBe(665);
  for (const part of parts) {
    const read = part.reduce((sum, extent) => sum + (extent.isHole ? 0 : extent.sizeBytes), 0);
    expect(read).toBeLessThanOrEqual(100);
  }
});

test("a part that did not change lies where it lay, whatever grows behind it", () => {
  const before = planParts([data(0, 250)], 100);
  const after = planParts([data(0, 900)], 100);
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
});
