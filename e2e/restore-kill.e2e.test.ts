import { randomBytes, randomInt } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareTrees } from "./compare-trees.ts";
import { filesBelow } from "./live-files.ts";
import {
  backUp,
  childOf,
  enrolMachine,
  expectCommand,
  isProof,
  type Product,
  restoreCodes,
  startCommand,
  startProduct,
  waitUntil,
} from "./product.ts";

const rounds = isProof ? 50 : 3;
const smallFiles = isProof ? 20_000 : 1_500;
const largeFiles = isProof ? 40 : 8;
const MiB = 1024 * 1024;
const hasOwners = process.getuid?.() === 0;

let product: Product;
let folder: string;
let source: string;
let snapshotId: string;
let interrupted = 0;

/** Small documents in many folders, and large ones whose parts lie in several packs. */
function writeSource(): void {
  for (let number = 0; number < smallFiles; number += 1) {
    const below = join(source, `folder-${number % 97}`);
    if (number < 97) mkdirSync(below);
    writeFileSync(join(below, `small-${number}.txt`), `${number} `.repeat(randomInt(1, 2_000)));
  }
  mkdirSync(join(source, "large"));
  for (let number = 0; number < largeFiles; number += 1)
    writeFileSync(join(source, "large", `${number}.bin`), randomBytes(randomInt(1, 12) * MiB));
}

const isPart = (path: string) => path.split("/").some((name) => name.startsWith(".holdfast-"));

/** Documents that bear their name and are not what was backed up, in content, length, mode or time. */
function findIncomplete(target: string): string[] {
  if (!existsSync(target)) return [];
  return filesBelow(target).filter((restored) => {
    const name = relative(target, restored);
    if (isPart(name)) return false;
    const original = join("/", name);
    const [one, other] = [lstatSync(restored, { bigint: true }), lstatSync(original, { bigint: true })];
    const isSame = one.size === other.size && one.mode === other.mode && one.mtimeNs === other.mtimeNs;
    return !isSame || !readFileSync(restored).equals(readFileSync(original));
  });
}

const hasBegun = (target: string) => existsSync(target) && readdirSync(target).length > 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-restore-kill-"));
  source = join(folder, "source");
  mkdirSync(source);
  writeSource();
  product = await startProduct();
  const state = await enrolMachine(product, "whole");
  snapshotId = String((await backUp(state, [source])).last.snapshotId);
}, 400_000);

afterAll(async () => {
  await product?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("a restore that is killed at a random moment", () => {
  for (let round = 1; round <= rounds; round += 1) {
    it(`round ${round}: leaves no document short under its name, and the next one leaves nothing but documents`, async () => {
      const target = join(folder, `out-${round}`);
      const running = startCommand(["restore", snapshotId, "--to", target, "--json"], product.ownerEnv);
      await waitUntil("the restore to begin", 60_000, () => hasBegun(target) || running.child.exitCode !== null);
      await new Promise((resolve) => setTimeout(resolve, randomInt(0, isProof ? 4_000 : 900)));
      const pid = childOf(running.child.pid ?? 0, "restore") ?? running.child.pid;
      if (pid !== undefined && running.child.exitCode === null) process.kill(pid, "SIGKILL");
      if ((await running.done).code !== 0) interrupted += 1;
      expect(findIncomplete(target)).toEqual([]);
      const again = ["restore", snapshotId, "--to", target, "--overwrite", "--json"];
      await expectCommand(again, product.ownerEnv, restoreCodes);
      expect(compareTrees(source, join(target, source), { hasOwners })).toEqual([]);
      expect(readdirSync(target, { recursive: true, encoding: "utf8" }).filter(isPart)).toEqual([]);
      rmSync(target, { recursive: true, force: true });
    }, 300_000);
  }

  it("was killed before its end more than once", () => {
    expect(interrupted).toBeGreaterThan(1);
  });
});

describe("two restores into one folder at the same time", () => {
  it("leave each other's unfinished documents alone", async () => {
    const target = join(folder, "shared");
    const paths = [
      [join(source, "large")],
      readdirSync(source)
        .filter((name) => name !== "large")
        .map((name) => join(source, name)),
    ];
    const restores = paths.map((some) =>
      expectCommand(["restore", snapshotId, ...some, "--to", target, "--json"], product.ownerEnv, restoreCodes),
    );
    await Promise.all(restores);
    const differences = compareTrees(source, join(target, source), { hasOwners });
    // The folder above both is on the way to what each was asked for, so neither gives it a time.
    expect(differences.filter((difference) => !difference.startsWith(`${source}: time `))).toEqual([]);
    expect(readdirSync(target, { recursive: true, encoding: "utf8" }).filter(isPart)).toEqual([]);
  }, 300_000);
});
