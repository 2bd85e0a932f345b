import { expect, test } from "vitest";
import { MemoryObjects } from "./testing/memory-source.ts";
import { describeSourceContract } from "./testing/source-contract.ts";
import { walk } from "./testing/walk-contract.ts";
import { walkSource } from "./walk-source.ts";

describeSourceContract("a source in memory", () => {
  const objects = new MemoryObjects();
  return Object.assign(objects, {
    reader: objects.open(),
    withoutRights(path: string, work: () => void) {
      objects.fail(path, "unreadable");
      work();
      objects.heal(path);
    },
  });
});

test("an unchanged tree costs no listing but the top's, as long as names are proven", () => {
  const objects = new MemoryObjects();
  for (const path of ["a", "a/b", "a/b/c", "d"]) objects.addFolder(path);
  const { records } = walk(objects.open());
  objects.listings = 0;
  walk(objects.open(true), records);
  expect(objects.listings).toBe(1);
  walk(objects.open(false), records);
  expect(objects.listings).toBe(1 + 5);
});

test("a folder whose path leaves no room for names below it is a gap, and not entered", () => {
  const objects = new MemoryObjects();
  const name = "n".repeat(4_000);
  let path = "";
  for (let level = 0; level < 20; level++) {
    path = path === "" ? name : `${path}/${name}`;
    objects.addFolder(path);
  }
  const { told } = walk(objects.open());
  expect(told.filter((line) => line.startsWith("gap")).map((line) => line.split(": ")[1])).toEqual(["name-too-long"]);
  expect(told.filter((line) => line.includes(" open "))).toHaveLength(16);
});

test("a fault of a source's program ends the walk, and is no gap", () => {
  const objects = new MemoryObjects();
  objects.addFolder("a");
  const broken = { ...objects.open(), openTop: () => ({ ...objects.open().openTop(), find: () => throwFault() }) };
  expect(() => [...walkSource(broken)]).toThrow("a bug");
});

function throwFault(): never {
  throw new TypeError("a bug");
}
