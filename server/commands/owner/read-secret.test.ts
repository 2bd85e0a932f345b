import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirePortalUrl } from "./command-input.ts";
import { findSecret } from "./read-secret.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-secret-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a secret", () => {
  test("comes from the environment, or from a file without its last line break", async () => {
    const path = join(folder, "passphrase");
    await writeFile(path, " six words \n");
    expect(await findSecret({ HOLDFAST_PASSPHRASE: "from env " }, "HOLDFAST_PASSPHRASE")).toBe("from env ");
    expect(await findSecret({ HOLDFAST_PASSPHRASE_FILE: path }, "HOLDFAST_PASSPHRASE")).toBe(" six words ");
    expect(await findSecret({}, "HOLDFAST_PASSPHRASE")).toBeNull();
  });

  test("that is given twice, or whose file is missing, is refused by name", async () => {
    const missing = { HOLDFAST_PASSWORD_FILE: join(folder, "missing") };
    await expect(findSecret(missing, "HOLDFAST_PASSWORD")).rejects.toMatchObject({ code: "secret_file_unreadable" });
    const twice = { ...missing, HOLDFAST_PASSWORD: "x" };
    await expect(findSecret(twice, "HOLDFAST_PASSWORD")).rejects.toMatchObject({ code: "usage" });
  });
});

describe("the portal's address", () => {
  test("is taken as an origin", () => {
    expect(requirePortalUrl({ HOLDFAST_PORTAL: "https://backup.example:7443/" })).toBe("https://backup.example:7443");
  });

  test.each([undefined, "", "backup.example", "ftp://backup.example"])("like %j is refused with advice", (text) => {
    expect(() => requirePortalUrl({ HOLDFAST_PORTAL: text })).toThrow(/HOLDFAST_PORTAL.*https:\/\/backup/);
  });
});
