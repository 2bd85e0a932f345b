import { expect, test } from "vitest";
import { newId } from "./ids.ts";

test("an id is a version 7 UUID that starts with its time", () => {
  const id = newId(new Date(0x0123456789ab));
  expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("ids made at different times sort by time, and no two are equal", () => {
  const ids = Array.from({ length: 1000 }, (_, index) => newId(new Date(1_700_000_000_000 + index)));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
