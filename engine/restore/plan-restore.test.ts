import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_GAP_BYTES, planRestore, type WantedFrame } from "./plan-restore.ts";

const MIB = 1024 * 1024;
const frame = (packId: string, number: number, offset: number, storedSizeBytes = 1_000): WantedFrame => ({
  packId,
  frame: number,
  offset,
  storedSizeBytes,
});

describe("the plan of a restore", () => {
  it("takes each pack once, in the order of first need", () => {
    const plan = planRestore([frame("b", 0, 300), frame("a", 5, 9_000), frame("b", 1, 1_300), frame("a", 0, 300)]);
    expect(plan.map(({ packId, frames }) => [packId, frames.map(({ frame }) => frame)])).toEqual([
      ["b", [0, 1]],
      ["a", [0, 5]],
    ]);
  });

  it("joins neighbours across a small gap, and leaves a large one out", () => {
    const far = 1_300 + MAX_GAP_BYTES;
    expect(planRestore([frame("a", 0, 300), frame("a", 1, far)])).toHaveLength(1);
    expect(planRestore([frame("a", 0, 300), frame("a", 1, far + 1)])).toMatchObject([
      { offset: 300, sizeBytes: 1_000 },
      { offset: far + 1, sizeBytes: 1_000 },
    ]);
  });

  it("reads a pack in one request when most of it is wanted", () => {
    const frames = Array.from({ length: 20 }, (_, at) => frame("a", at, 300 + at * MIB, MIB));
    expect(planRestore(frames)).toMatchObject([{ offset: 300, sizeBytes: 20 * MIB }]);
  });

  it("reads a frame once that is wanted twice", () => {
    expect(planRestore([frame("a", 0, 300), frame("a", 0, 300)])).toMatchObject([{ frames: [{ frame: 0 }] }]);
  });

  it("covers every frame exactly once, in requests that are not too large", () => {
    const packs = fc.array(
      fc.record({
        packId: fc.constantFrom("a", "b", "c"),
        number: fc.integer({ min: 0, max: 40 }),
      }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(packs, (wanted) => {
        const frames = wanted.map(({ packId, number }) => frame(packId, number, 300 + number * 700_000, 650_000));
        const plan = planRestore(frames);
        const planned = plan.flatMap((request) => request.frames.map((one) => `${one.packId}${one.frame}`));
        expect(planned.toSorted()).toEqual([...new Set(frames.map((one) => `${one.packId}${one.frame}`))].sort());
        for (const { offset, sizeBytes, frames: inside } of plan) {
          expect(sizeBytes).toBeLessThanOrEqual(32 * MIB);
          for (const one of inside) {
            expect(one.offset).toBeGreaterThanOrEqual(offset);
            expect(one.offset + one.storedSizeBytes).toBeLessThanOrEqual(offset + sizeBytes);
          }
        }
      }),
    );
  });
});
