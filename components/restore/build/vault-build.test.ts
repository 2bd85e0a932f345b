import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { vaultHashesSchema } from "../../../contracts/vault-hashes.ts";
import { listObjects } from "../../../e2e/product.ts";

const checkout = join(import.meta.dirname, "../../..");
const SOURCES = [
  "app",
  "components",
  "contracts",
  "engine",
  "server",
  "package.json",
  "postcss.config.mjs",
  "tsconfig.json",
];
const PATIENCE_MS = 300_000;
const folder = mkdtempSync(join(tmpdir(), "holdfast-vault-build-"));
const [here, there] = [join(folder, "here"), join(folder, "there")];

function bundle(root: string, to: string): void {
  const config = join(root, "components/restore/vite.config.ts");
  const args = [join(root, "node_modules/vite/bin/vite.js"), "build", "--config", config, "--outDir", to];
  const env = { ...process.env, NODE_ENV: "production" as const };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

beforeAll(() => {
  bundle(checkout, here);
  const copy = join(folder, "of another name", "checkout");
  mkdirSync(copy, { recursive: true });
  for (const name of SOURCES) cpSync(join(checkout, name), join(copy, name), { recursive: true });
  symlinkSync(join(checkout, "node_modules"), join(copy, "node_modules"));
  bundle(copy, there);
}, PATIENCE_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listOf = (root: string) => vaultHashesSchema.parse(JSON.parse(readFileSync(join(root, "hashes.json"), "utf8")));
const digest = (bytes: Uint8Array | string, encoding: "hex" | "base64") =>
  createHash("sha256").update(bytes).digest(encoding);

test("the same sources in another folder give the same bytes, file for file", () => {
  expect(listOf(there)).toEqual(listOf(here));
});

test("the list names every file but itself, and its build is what sha256sum and sha256sum again say", () => {
  const { files, build } = listOf(here);
  const lines = files.map(({ path }) => `${digest(readFileSync(join(here, path)), "hex")}  ${path}\n`);
  expect(files.map(({ path }) => path)).toEqual(
    listObjects(here)
      .filter((path) => path !== "hashes.json")
      .toSorted(),
  );
  expect(files.map(({ sha256, path }) => `${sha256}  ${path}\n`)).toEqual(lines);
  expect(build).toBe(digest(lines.join(""), "hex"));
});

test("every script and style that a document loads carries the hash that it has", () => {
  for (const name of ["index.html", "link.html", "preview.html"]) {
    const tags = readFileSync(join(here, name), "utf8").match(/<(?:script|link)\b[^>]*"\/vault\/[^>]*>/g) ?? [];
    expect(tags.length, name).toBeGreaterThan(0);
    for (const tag of tags) {
      const path = /"\/vault\/([^"]+)"/.exec(tag)?.[1] ?? "absent";
      expect(tag).toContain(
        `integrity="sha256-${digest(readFileSync(join(dirname(join(here, name)), path)), "base64")}"`,
      );
    }
  }
});
