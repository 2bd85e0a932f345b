import { expect, test } from "vitest";
import { compileExcludes } from "./excludes.ts";

const isOut = (pattern: string, path: string, isFolder = false) =>
  compileExcludes([pattern])?.(Buffer.from(path), isFolder) ?? false;

test("no pattern costs nothing", () => {
  expect(compileExcludes([])).toBeUndefined();
});

test("without a slash a pattern matches a name in any folder", () => {
  expect(isOut("*.tmp", "a.tmp")).toBe(true);
  expect(isOut("*.tmp", "deep/down/.a.tmp")).toBe(true);
  expect(isOut("*.tmp", "a.tmp/inside")).toBe(false);
  expect(isOut("cache", "home/cache")).toBe(true);
  expect(isOut("cache", "home/my cache")).toBe(false);
});

test("with a slash it matches the end of a path, beginning with one the whole path", () => {
  expect(isOut("app/cache", "srv/app/cache")).toBe(true);
  expect(isOut("app/cache", "srv/app/other/cache")).toBe(false);
  expect(isOut("/srv/*/cache", "srv/app/cache")).toBe(true);
  expect(isOut("/app/cache", "srv/app/cache")).toBe(false);
  expect(isOut("/srv/**/cache", "srv/a/b/cache")).toBe(true);
});

test("with a slash at its end it matches folders only", () => {
  expect(isOut("build/", "src/build", true)).toBe(true);
  expect(isOut("build/", "src/build", false)).toBe(false);
});

test("a pattern does not negate, and braces and classes work", () => {
  expect(isOut("!keep", "keep")).toBe(false);
  expect(isOut("*.{log,bak}", "x.bak")).toBe(true);
  expect(isOut("[ab]?", "b1")).toBe(true);
});

test("an empty pattern is a mistake", () => {
  expect(() => compileExcludes([""])).toThrow("empty");
});
