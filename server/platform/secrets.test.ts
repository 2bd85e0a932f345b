import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPassword, readOrCreateSecretFile } from "./secrets.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-secrets-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("processes that start at the same moment share one secret, which only its owner reads", async () => {
  const path = join(folder, "secrets", "password");
  const all = await Promise.all(Array.from({ length: 8 }, () => readOrCreateSecretFile(path, createPassword)));
  expect(new Set(all).size).toBe(1);
  expect(await readOrCreateSecretFile(path, createPassword)).toBe(all[0]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
