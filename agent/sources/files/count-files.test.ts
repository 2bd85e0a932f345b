import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { countFiles } from "./count-files.ts";
import { compileExcludes } from "./excludes.ts";
import { planSelection } from "./selection.ts";

const root = mkdtempSync(join(tmpdir(), "holdfast-count-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("counts the files that a backup would read, and their bytes, without what is left out", async () => {
  mkdirSync(join(root, "below/deeper"), { recursive: true });
  writeFileSync(join(root, "below/a"), "12345");
  writeFileSync(join(root, "below/deeper/b"), "678");
  writeFileSync(join(root, "below/left.tmp"), "not this");
  symlinkSync("a", join(root, "below/link"));
  const input = { selection: planSelection([Buffer.from(root)]), isExcluded: await compileExcludes(["*.tmp"]) };
  expect(await countFiles(input, new AbortController().signal)).toEqual({ files: 2, bytes: 8 });
});

it("stops soon after it is told to", async () => {
  for (let number = 0; number < 3000; number++) writeFileSync(join(root, `file ${number}`), "x");
  const { files } = await countFiles({ selection: planSelection([Buffer.from(root)]) }, AbortSignal.abort());
  expect(files).toBeLessThan(3000);
});
