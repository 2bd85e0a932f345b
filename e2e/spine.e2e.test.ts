import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOddTree } from "../agent/testing/odd-tree.ts";
import { compareTrees, type ZipLossLine } from "./compare-trees.ts";
import {
  backUp,
  checkout,
  enrolMachine,
  expectCommand,
  isProof,
  type Product,
  restoreCodes,
  runCommand,
  startProduct,
  waitForZone2,
} from "./product.ts";
import { copyRealFiles, writeLargeFile } from "./real-tree.ts";

const MiB = 1024 * 1024;
const minimumFiles = isProof ? 20_000 : 1_500;
const largeFileBytes = (isProof ? 1024 : 48) * MiB + 12_345;
const hasOwners = process.getuid?.() === 0;
const hasUnzip = existsSync("/usr/bin/unzip");

let product: Product;
let sources: string;
let first: string;
let second: string;
let firstSnapshot: string;
let secondSnapshot: string;
let between: string;

const out = (name: string) => join(product.folder, `out-${name}`);

async function restore(snapshot: string, name: string, paths: readonly string[] = []): Promise<string> {
  await expectCommand(["restore", snapshot, ...paths, "--to", out(name), "--json"], product.ownerEnv, restoreCodes);
  return out(name);
}

function expectSame(source: string, restoredBelow: string): void {
  expect(compareTrees(source, join(restoredBelow, source), { hasOwners })).toEqual([]);
}

beforeAll(async () => {
  sources = mkdtempSync(join(tmpdir(), "holdfast-sources-"));
  first = join(sources, "first");
  second = join(sources, "second");
  mkdirSync(second, { recursive: true });
  expect(copyRealFiles(join(first, "real"), minimumFiles, checkout)).toBeGreaterThanOrEqual(minimumFiles);
  makeOddTree(join(first, "odd"));
  writeLargeFile(join(first, "large.bin"), largeFileBytes);
  writeFileSync(join(second, "only on the second.txt"), "second machine\n");
  product = await startProduct();
}, 600_000);

afterAll(async () => {
  await product?.remove();
  rmSync(sources, { recursive: true, force: true });
});

describe("a machine is backed up and comes back byte for byte", () => {
  it("backs up real files, every oddity and one large file", async () => {
    const state = await enrolMachine(product, "first");
    const done = await backUp(state, [first]);
    expect(done.last).toMatchObject({ outcome: "complete" });
    firstSnapshot = String(done.last.snapshotId);
    expect(firstSnapshot).toMatch(/^[0-9a-f]{32}$/);
  }, 600_000);

  it("sends nothing when nothing has changed", async () => {
    const done = await backUp(join(product.folder, "agent-first"), [first]);
    const counters = done.last.counters as Record<string, number>;
    expect(counters.newBytes).toBe(0);
  }, 120_000);

  it("restores the whole machine with content, modes, owners, times, links, holes and xattrs", async () => {
    expectSame(first, await restore(firstSnapshot, "whole"));
    rmSync(out("whole"), { recursive: true });
  }, 600_000);

  it("restores one document and one folder", async () => {
    expectSame(join(first, "large.bin"), await restore(firstSnapshot, "document", [join(first, "large.bin")]));
    expectSame(join(first, "odd"), await restore(firstSnapshot, "folder", [join(first, "odd")]));
    expect(existsSync(join(out("folder"), first, "large.bin"))).toBe(false);
  }, 300_000);

  it.skipIf(!hasUnzip)(
    "restores into a ZIP that unzip opens, and lists what ZIP cannot hold",
    async () => {
      const zip = join(product.folder, "first.zip");
      const done = await expectCommand(["restore", firstSnapshot, "--zip", zip, "--json"], product.ownerEnv);
      expect(JSON.stringify(done.lines)).toContain("fifo");
      mkdirSync(out("zip"));
      // -K keeps setuid and sticky bits, -^ control characters in names: unzip drops both unless told.
      execFileSync("unzip", ["-qK^", zip, "-d", out("zip")], { stdio: "pipe", env: { ...process.env, TZ: "UTC" } });
      const zipLosses = done.lines.filter((line) => "zipLoss" in line) as unknown as ZipLossLine[];
      expect(compareTrees(first, join(out("zip"), first), { isZip: true, zipLosses })).toEqual([]);
    },
    600_000,
  );

  it("verifies a snapshot without writing anything", async () => {
    const done = await expectCommand(["verify", firstSnapshot, "--json"], product.ownerEnv);
    expect(done.code).toBe(0);
  }, 300_000);

  it("lists a folder of a snapshot", async () => {
    const done = await expectCommand(["ls", firstSnapshot, first, "--json"], product.ownerEnv);
    expect(JSON.stringify(done.lines)).toContain("large.bin");
  });
});

describe("a company comes back as of a moment", () => {
  it("takes for each machine the newest snapshot at or before the moment", async () => {
    const state = await enrolMachine(product, "second");
    await backUp(state, [second]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    between = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    appendFileSync(join(second, "only on the second.txt"), "changed after the moment\n");
    secondSnapshot = String((await backUp(state, [second])).last.snapshotId);
    await expectCommand(
      ["restore", "--company", "--at", between, "--to", out("company"), "--json"],
      product.ownerEnv,
      restoreCodes,
    );
    const found = execFileSync("find", [out("company"), "-name", "only on the second.txt"], {
      encoding: "utf8",
    }).trim();
    expect(found).toContain("/second/");
    expect(execFileSync("cat", [found], { encoding: "utf8" })).toBe("second machine\n");
    expect(execFileSync("find", [join(out("company"), "first"), "-name", "large.bin"], { encoding: "utf8" })).toContain(
      "large.bin",
    );
  }, 600_000);
});

describe("zone 2 alone", () => {
  it("restores everything after zone 1's folder is gone, and nobody acts", async () => {
    await waitForZone2(product, secondSnapshot, 300_000);
    renameSync(join(product.data, "zones", "zone1"), join(product.folder, "zone1-taken-away"));
    expectSame(first, await restore(firstSnapshot, "from-zone2"));
    expectSame(second, await restore(secondSnapshot, "second-from-zone2"));
    const ended = await runCommand(["verify", firstSnapshot, "--json"], product.ownerEnv);
    expect(ended.code).toBe(0);
  }, 900_000);
});
