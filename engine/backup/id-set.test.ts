import { expect, test } from "vitest";
import { nodePrimitives } from "../primitives/node.ts";
import { IdSet } from "./id-set.ts";

const idOf = (number: number) => nodePrimitives.sha256(Uint8Array.of(number & 255, (number >> 8) & 255, number >> 16));

test("an id is new once", () => {
  const ids = new IdSet(1000);
  expect(ids.add(idOf(1))).toBe(true);
  expect(ids.add(idOf(1))).toBe(false);
  expect(ids.has(idOf(1))).toBe(true);
  expect(ids.has(idOf(2))).toBe(false);
});

test("it grows up to its bound and keeps every id on the way", () => {
  const ids = new IdSet(40_000);
  for (let number = 0; number < 30_000; number++) ids.add(idOf(number));
  expect(ids.size).toBe(30_000);
  for (let number = 0; number < 30_000; number++) expect(ids.has(idOf(number))).toBe(true);
  expect(ids.has(idOf(30_001))).toBe(false);
});

test("when it is full it forgets, and never holds more than its bound", () => {
  const ids = new IdSet(8192);
  for (let number = 0; number < 50_000; number++) {
    ids.add(idOf(number));
    expect(ids.size).toBeLessThanOrEqual(8192);
  }
  expect(ids.has(idOf(49_999))).toBe(true);
});
