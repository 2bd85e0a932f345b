import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ArchiveEntry, writeTarArchive } from "./tar-archive.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string, content: string, isExecutable = false): ArchiveEntry => ({
  name,
  isExecutable,
  content: { bytes: Buffer.from(content) },
});

test("tar unpacks what was packed: names of every length, modes, empty and whole blocks", async () => {
  const long = `${"folder/".repeat(14)}${"n".repeat(90)}.mjs`;
  const block = "b".repeat(512);
  const onDisk = join(folder, "disk");
  writeFileSync(onDisk, "from the disk");
  const entries = [
    text("bin/run", "#!/bin/sh\n", true),
    text("empty", ""),
    text("block", block),
    text(long, "far down"),
    { name: "disk", isExecutable: false, content: { path: onDisk } },
  ];
  const file = join(folder, "a.tar.gz");
  await writeTarArchive(file, entries);
  const out = join(folder, "out");
  mkdirSync(out);
  const warnings = execFileSync("sh", ["-c", `tar -xzf "${file}" -C "${out}" 2>&1`], { encoding: "utf8" });
  expect(warnings).toBe("");
  const contents = { "bin/run": "#!/bin/sh\n", empty: "", block, [long]: "far down", disk: "from the disk" };
  for (const [name, content] of Object.entries(contents)) expect(readFileSync(join(out, name), "utf8")).toBe(content);
  expect(statSync(join(out, "bin/run")).mode & 0o777).toBe(0o755);
  expect(statSync(join(out, "block")).mode & 0o777).toBe(0o644);
});

test("the same names and contents make the same bytes, in whatever order they are given", async () => {
  const entries = [text("b", "2"), text("a", "1"), text("c/d", "3", true)];
  const [one, other] = [join(folder, "one"), join(folder, "other")];
  await writeTarArchive(one, entries);
  await writeTarArchive(other, entries.toReversed());
  expect(readFileSync(other).equals(readFileSync(one))).toBe(true);
  await writeTarArchive(other, [...entries.slice(1), text("b", "two")]);
  expect(readFileSync(other).equals(readFileSync(one))).toBe(false);
});

test("a name that no header can hold is refused", async () => {
  await expect(writeTarArchive(join(folder, "x"), [text("n".repeat(101), "")])).rejects.toThrow("too long");
});
