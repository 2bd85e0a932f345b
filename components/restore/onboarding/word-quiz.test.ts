import fc from "fast-check";
import { expect, test } from "vitest";
import { drawBelow, drawPositions, findWrongWords } from "./word-quiz.ts";

const WORDS = ["abandon", "ability", "able", "about", "above", "absent"];

test("positions are different, in order, within the words, and as many as asked", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 8 }), (total, count) => {
      const positions = drawPositions(total, count, drawBelow);
      expect(positions).toHaveLength(Math.min(total, count));
      expect(new Set(positions).size).toBe(positions.length);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(positions.every((position) => position >= 0 && position < total)).toBe(true);
    }),
  );
});

test("every position is asked at some time", () => {
  const asked = new Set(Array.from({ length: 500 }, () => drawPositions(6, 3, drawBelow)).flat());
  expect([...asked].sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

test("right answers pass in any case and with spaces around", () => {
  expect(findWrongWords(WORDS, [0, 2, 5], ["abandon", " Able ", "ABSENT"])).toEqual([]);
});

test("a wrong word, an exchanged one, an empty one and a missing one are named by their position", () => {
  expect(findWrongWords(WORDS, [0, 2, 5], ["able", "abandon", ""])).toEqual([0, 2, 5]);
  expect(findWrongWords(WORDS, [0, 2, 5], ["abandon", "able"])).toEqual([5]);
  expect(findWrongWords(WORDS, [1, 3], ["ability", "abouts"])).toEqual([3]);
});
