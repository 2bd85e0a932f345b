import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Source } from "../../engine/ports/source.ts";
import { countFiles } from "./count-files.ts";
import { openSource } from "./open-source.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-count-"));
const own = mkdtempSync(join(tmpdir(), "holdfast-own-"));
afterAll(() => {
  for (const folder of [root, own]) rmSync(folder, { recursive: true, force: true });
});

function openRoot(...excludes: readonly string[]): Promise<Source> {
  return openSource({ paths: [Buffer.from(root)], excludes, isSameSelection: false, ownFolder: own });
}

it("counts the files that a backup would read, and their bytes, without what is left out", async () => {
  mkdirSync(join(root, "below/deeper"), { recursive: true });
  writeFileSync(join(root, "below/a"), "12345");
  writeFileSync(join(root, "below/deeper/b"), "678");
  writeFileSync(join(root, "below/left.tmp"), "not this");
  symlinkSync("a", join(root, "below/link"));
  expect(await countFiles(await openRoot("*.tmp"), new AbortController().signal)).toEqual({ files: 2, bytes: 8 });
});

it("stops soon after it is told to", async () => {
  for (let number = 0; number < 3000; number++) writeFileSync(join(root, `file ${number}`), "x");
  const { files } = await countFiles(await openRoot(), AbortSignal.abort());
  expect(files).toBeLessThan(3000);
});
