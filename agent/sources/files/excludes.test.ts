import { expect, test } from "vitest";
import { compileExcludes } from "./excludes.ts";

const isOut = async (pattern: string, path: string, isFolder = false) =>
  (await compileExcludes([pattern]))?.(Buffer.from(path), isFolder) ?? false;

test("no pattern costs nothing", async () => {
  expect(await compileExcludes([])).toBeUndefined();
});

test("without a slash a pattern matches a name in any folder", async () => {
  expect(await isOut("*.tmp", "a.tmp")).toBe(true);
  expect(await isOut("*.tmp", "deep/down/.a.tmp")).toBe(true);
  expect(await isOut("*.tmp", "a.tmp/inside")).toBe(false);
  expect(await isOut("cache", "home/cache")).toBe(true);
  expect(await isOut("cache", "home/my cache")).toBe(false);
});

test("with a slash it matches the end of a path, beginning with one the whole path", async () => {
  expect(await isOut("app/cache", "srv/app/cache")).toBe(true);
  expect(await isOut("app/cache", "srv/app/other/cache")).toBe(false);
  expect(await isOut("/srv/*/cache", "srv/app/cache")).toBe(true);
  expect(await isOut("/app/cache", "srv/app/cache")).toBe(false);
  expect(await isOut("/srv/**/cache", "srv/a/b/cache")).toBe(true);
});

test("with a slash at its end it matches folders only", async () => {
  expect(await isOut("build/", "src/build", true)).toBe(true);
  expect(await isOut("build/", "src/build", false)).toBe(false);
});

test("a pattern does not negate, and braces and classes work", async () => {
  expect(await isOut("!keep", "keep")).toBe(false);
  expect(await isOut("*.{log,bak}", "x.bak")).toBe(true);
  expect(await isOut("[ab]?", "b1")).toBe(true);
});

test("an empty pattern is a mistake", async () => {
  await expect(compileExcludes([""])).rejects.toThrow("empty");
});
