import { expect, test } from "vitest";
import { hashPassword, isPasswordOf } from "./password.ts";

test("a password is recognised by its hash, in any Unicode form, and another one is not", async () => {
  const passwordHash = await hashPassword("caf\u00e9 am Rhein 12");
  expect(passwordHash).toContain("$argon2id$");
  expect(await isPasswordOf(passwordHash, "cafe\u0301 am Rhein 12")).toBe(true);
  expect(await isPasswordOf(passwordHash, "cafe am Rhein 12")).toBe(false);
});

test("an account that does not exist has no password, not even the one that is compared in its place", async () => {
  expect(await isPasswordOf(null, "no account has this one")).toBe(false);
});
