import { expect, test } from "vitest";
import { type BasketItem, parseBasket, toggleAll, toggleItem } from "./basket-item.ts";

const item = (snapshotId: string, ...steps: number[]): BasketItem => ({
  machineId: "m",
  sourceId: "s",
  snapshotId,
  steps,
});

test("what is chosen twice is taken out again, and another time of it stays", () => {
  const both = toggleItem(toggleItem([], item("p1", 1, 2)), item("p2", 1, 2));
  expect(both).toHaveLength(2);
  expect(toggleItem(both, item("p1", 1, 2))).toEqual([item("p2", 1, 2)]);
});

test("steps do not run into each other", () => {
  expect(toggleItem([item("p", 1, 2)], item("p", 12))).toHaveLength(2);
});

test("all of a folder are put in, and taken out when all are there", () => {
  const some = [item("p", 1)];
  const all = [item("p", 1), item("p", 2)];
  expect(toggleAll(some, all)).toEqual(all);
  expect(toggleAll([...all, item("q", 9)], all)).toEqual([item("q", 9)]);
});

test("a basket that cannot be read is empty", () => {
  expect(parseBasket([item("p", 1)])).toEqual([item("p", 1)]);
  for (const entry of [undefined, "x", [{ snapshotId: "p" }], [{ ...item("p", -1) }]])
    expect(parseBasket(entry)).toEqual([]);
});
