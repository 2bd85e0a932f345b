import { expect, test } from "vitest";
import { nextAddress } from "./next-address.ts";

test("the sign-in goes on to the place in the vault that was asked for", () => {
  expect(nextAddress(`?next=${encodeURIComponent("/vault/#/m/a1/b2/c3/r.3.0")}`)).toBe("/vault/#/m/a1/b2/c3/r.3.0");
  expect(nextAddress("?next=/vault/")).toBe("/vault/");
});

test("it goes nowhere else", () => {
  for (const next of [
    "//evil.example",
    "https://evil.example",
    "/vault/../x",
    "/vault//evil",
    "javascript:1",
    "/zones",
  ]) {
    expect(nextAddress(`?next=${encodeURIComponent(next)}`)).toBe("/");
  }
  expect(nextAddress("")).toBe("/");
});
