import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "@playwright/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RestorePlan, RestoreScope } from "../components/restore/runtime/protocol/restore-calls.ts";
import { fromBase64 } from "../engine/codec/hex.ts";
import { parseReceiptFile } from "../engine/keys/restore-receipt.ts";
import { nodePrimitives } from "../engine/primitives/node.ts";
import { toSafeName } from "../engine/zip/unique-names.ts";
import { analyse } from "./axe.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { compareTrees } from "./compare-trees.ts";
import { expectPage } from "./expect-page.ts";
import {
  backUp,
  checkout,
  childOf,
  enrolMachine,
  isProof,
  listObjects,
  type Product,
  startProduct,
  waitForZone2,
  waitUntil,
} from "./product.ts";
import { copyRealFiles, writeLargeFile } from "./real-tree.ts";
import { type Line, openLine } from "./testing-line.ts";
import { TestVault, unzip } from "./testing-vault.ts";

const MIB = 1024 * 1024;
/** A machine that is interrupted has no more in a proof, either: the rounds are many. */
const FEW_FILES = 600;
const FEW_BYTES = 24 * MIB + 12_345;
const FILES = isProof ? 20_000 : FEW_FILES;
const LARGE_BYTES = isProof ? 1024 * MIB + 12_345 : FEW_BYTES;
const ROUNDS = isProof ? 200 : 4;

describe.skipIf(chromiumPath === null || !existsSync("/usr/bin/unzip"))("taking it home from a real browser", () => {
  let product: Product;
  let browser: Browser;
  let line: Line;
  let vault: TestVault;
  let sources: string;
  /** Of the machine with much, and of the one with little. */
  let large: { path: string; snapshotId: string; machineId: string };
  let small: { path: string; snapshotId: string; machineId: string };
  /** Of the machine whose downloads are interrupted. */
  let interrupted: { path: string; snapshotId: string; machineId: string };

  beforeAll(async () => {
    sources = mkdtempSync(join(tmpdir(), "holdfast-taking-"));
    mkdirSync(join(sources, "small", "letters"), { recursive: true });
    copyRealFiles(join(sources, "large", "real"), FILES, checkout);
    writeLargeFile(join(sources, "large", "image.bin"), LARGE_BYTES);
    writeFileSync(join(sources, "small", "letters", "dear ana.txt"), "Dear Ana,\n");
    writeFileSync(join(sources, "small", "letters", "größe 漢字.bin"), randomBytes(3 * MIB));
    product = await startProduct({ sample: join(sources, "small") });
    line = await openLine(Number(new URL(product.url).port));
    large = await backUpMachine("server", join(sources, "large"));
    small = await backUpMachine("laptop", join(sources, "small"));
    interrupted = large;
    if (isProof) {
      copyRealFiles(join(sources, "interrupted", "real"), FEW_FILES, checkout);
      writeLargeFile(join(sources, "interrupted", "image.bin"), FEW_BYTES);
      interrupted = await backUpMachine("interrupted", join(sources, "interrupted"));
    }
    await waitForZone2(product, small.snapshotId, 600_000);
    browser = await launchChromium();
    // One for all: unlocking costs seconds on purpose.
    vault = await TestVault.open(browser, product, line.port);
  }, 1_200_000);
  afterAll(async () => {
    await browser?.close();
    line?.close();
    await product?.remove();
    rmSync(sources, { recursive: true, force: true });
  });
  afterEach(() => {
    line.bytesPerSecond = null;
  });

  async function backUpMachine(name: string, path: string) {
    const state = await enrolMachine(product, name);
    const { snapshotId } = (await backUp(state, [path])).last;
    const { machineId } = JSON.parse(readFileSync(join(state, "identity", "agent.json"), "utf8"));
    return { path, snapshotId: String(snapshotId), machineId: String(machineId) };
  }

  const machine = ({ machineId }: { machineId: string }): RestoreScope => ({
    kind: "moment",
    machineId,
    atMs: Date.now(),
  });

  async function basket(snapshotId: string, paths: readonly string[]): Promise<RestoreScope> {
    const items = [];
    for (const path of paths) items.push({ snapshotId, steps: await vault.stepsTo(snapshotId, path.slice(1)) });
    return { kind: "basket", items };
  }

  const listUnfinished = () => vault.page.evaluate(() => window.vaultPage.calls.listUnfinished());

  /** What the browser has noted of a folder restore, every two seconds: all that is left of it when its tab goes. */
  const countNoted = (restoreId: string) =>
    vault.page.evaluate(
      (id) =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open("holdfast-vault");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const reading = opening.result.transaction("restores").objectStore("restores").get(id);
            reading.onerror = () => reject(reading.error);
            reading.onsuccess = () => resolve(reading.result?.documentsVerified ?? 0);
          };
        }),
      restoreId,
    );

  function newFolder(): string {
    return mkdtempSync(join(product.folder, "taken-"));
  }

  function requirePath(path: string | null): string {
    if (path === null) throw new Error("the download failed");
    return path;
  }

  function sha256(path: string): string {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  }

  /** A ZIP that says it is whole is whole, byte for byte. */
  function expectSame(
    path: string,
    plan: RestorePlan,
    ...machines: readonly { path: string; snapshotId: string }[]
  ): void {
    const to = unzip(path, newFolder());
    for (const { path: source, snapshotId } of machines) {
      const restored = join(to, folderOf(plan, snapshotId), source);
      expect(compareTrees(source, restored, { isZip: true })).toEqual([]);
    }
    rmSync(to, { recursive: true, force: true });
  }

  /** Of a machine's source in what is taken home. */
  function folderOf(plan: RestorePlan, snapshotId: string): string {
    const part = plan.snapshots.find((snapshot) => snapshot.snapshotId === snapshotId);
    return join(toSafeName(part?.machineName ?? ""), toSafeName(part?.sourceName ?? ""));
  }

  test("a machine as a ZIP is as long as announced, unpacks to what was backed up, and has a receipt", async () => {
    const { plan, path, progress } = await vault.take(machine(large));
    const zip = requirePath(path);
    expect(statSync(zip).size).toBe(plan.lengthBytes);
    expectSame(zip, plan, large);
    expect(progress).toMatchObject({ state: "done", documentsVerified: plan.documents, bytesVerified: plan.bytes });
    const receipt = await vault.receipt(plan.restoreId);
    expect(JSON.parse(receipt.json)).toMatchObject({
      outcome: "done",
      sha256: sha256(zip),
      writtenBytes: plan.lengthBytes,
    });
    const file = parseReceiptFile(receipt.file);
    expect(file.json).toBe(receipt.json);
    const label = new TextEncoder().encode("holdfast/1/restore-receipt\n");
    const signed = new TextEncoder().encode(receipt.json);
    expect(nodePrimitives.isSignedBy(fromBase64(receipt.signPublicKey), file.signature, label, signed)).toBe(true);
    expect(vault.troubles).toEqual([]);
  });

  test("one document comes as it is, under its own name, which stands in no address", async () => {
    const name = "größe 漢字.bin";
    const scope = await basket(small.snapshotId, [join(small.path, "letters", name)]);
    const plan = await vault.plan(scope);
    const download = await vault.start(plan);
    expect(download.suggestedFilename()).toBe(name);
    expect(download.url()).toMatch(/\/vault\/download\/[0-9a-f-]{36}$/);
    const { path } = await vault.finish(plan, download);
    expect(readFileSync(requirePath(path)).equals(readFileSync(join(small.path, "letters", name)))).toBe(true);
  });

  test("documents and folders of two snapshots lie beside each other, each under its machine and time", async () => {
    const [one, two] = [
      await basket(small.snapshotId, [join(small.path, "letters")]),
      await basket(large.snapshotId, [join(large.path, "image.bin")]),
    ];
    const items = [one, two].flatMap((scope) => (scope.kind === "basket" ? scope.items : []));
    const { path, plan } = await vault.take({ kind: "basket", items });
    expect(plan.snapshots.map(({ machineName }) => machineName)).toEqual(["laptop", "server"]);
    const to = unzip(requirePath(path), newFolder());
    const found = listObjects(to);
    expect(found).toHaveLength(3);
    expect(found.filter((name) => /^laptop, .*\/letters\/dear ana\.txt$/.test(name))).toHaveLength(1);
    expect(found.filter((name) => /^server, .*\/image\.bin$/.test(name))).toHaveLength(1);
  });

  test("the company at a moment is the newest snapshot of each machine before it, and what has none is named", async () => {
    const { path, plan } = await vault.take({ kind: "moment", machineId: null, atMs: Date.now() });
    expectSame(requirePath(path), plan, large, small);
    const before = await vault.plan({ kind: "moment", machineId: null, atMs: Date.UTC(2020, 0, 1) });
    expect(before.missing.map(({ machineName }) => machineName)).toEqual(expect.arrayContaining(["laptop", "server"]));
  });

  test("an address that nobody holds is not found, and so is one that was opened before", async () => {
    const plan = await vault.plan(machine(small));
    const download = await vault.start(plan);
    await vault.finish(plan, download);
    const statuses = await vault.page.evaluate(async (used) => {
      const unknown = await fetch("/vault/download/00000000-0000-4000-8000-000000000000");
      return [unknown.status, (await fetch(used)).status];
    }, download.url());
    expect(statuses).toEqual([404, 404]);
  });

  test("a restore that runs outlives the lock with the keys of its plan, and tells no name while it is locked", async () => {
    line.bytesPerSecond = 12 * MIB;
    const plan = await vault.plan(machine(large));
    const download = await vault.start(plan);
    await vault.reached(plan.restoreId, { bytes: 1 });
    await vault.page.evaluate(() => window.vaultPage.calls.lock());
    line.bytesPerSecond = null;
    const taken = await vault.finish(plan, download);
    expect(taken.failure).toBeNull();
    expect(taken.progress).toMatchObject({ state: "done", fileName: "" });
    expectSame(requirePath(taken.path), plan, large);
    const refused = vault.receipt(plan.restoreId);
    await expect(refused).rejects.toThrow("locked");
    await vault.unlock();
    expect(JSON.parse((await vault.receipt(plan.restoreId)).json).outcome).toBe("done");
  });

  test("cancelling fails the download; pausing holds it, and going on completes it", async () => {
    // Windows are read side by side over this line: soon after the first byte all are there, so nobody waits for one here.
    const startSlowly = async () => {
      line.bytesPerSecond = null;
      // What was read before would be there at once, and nothing left to stop.
      await vault.load();
      const plan = await vault.plan(machine(large));
      line.bytesPerSecond = 2 * MIB;
      return { plan, download: await vault.start(plan) };
    };
    const cancelled = await startSlowly();
    const { restoreId } = cancelled.plan;
    await vault.page.evaluate((given) => window.vaultPage.calls.cancelRestore(given), { restoreId });
    const { failure, progress } = await vault.finish(cancelled.plan, cancelled.download);
    expect(failure).not.toBeNull();
    expect(progress.state).toBe("cancelled");

    const paused = await startSlowly();
    const input = { restoreId: paused.plan.restoreId };
    await vault.page.evaluate((given) => window.vaultPage.calls.pauseRestore(given), input);
    line.bytesPerSecond = null;
    await sleep(2_000);
    const held = await vault.progress(input.restoreId);
    expect(held?.state).toBe("paused");
    expect(held?.bytesVerified).toBeLessThan(paused.plan.bytes);
    await vault.page.evaluate((given) => window.vaultPage.calls.resumeRestore(given), input);
    expect((await vault.finish(paused.plan, paused.download)).failure).toBeNull();
  });

  describe("into a folder", () => {
    /** The hash of every file below a folder of the browser's own file system, by its path. */
    function hashFolder(path: readonly string[]): Promise<Record<string, string>> {
      return vault.page.evaluate(async (names) => {
        const hashes: Record<string, string> = {};
        const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
          for await (const [name, handle] of folder.entries()) {
            if (handle instanceof FileSystemDirectoryHandle) await walk(handle, `${path}${name}/`);
            else if (handle instanceof FileSystemFileHandle) {
              const bytes = await (await handle.getFile()).arrayBuffer();
              hashes[path + name] = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
            }
          }
        };
        let top = await navigator.storage.getDirectory();
        for (const name of names) top = await top.getDirectoryHandle(name);
        await walk(top, "");
        return hashes;
      }, path);
    }

    function startFolder(restoreId: string, name: string): Promise<void> {
      return vault.page.evaluate(
        async ([id, own]) => {
          const top = await navigator.storage.getDirectory();
          const folder = await top.getDirectoryHandle(own, { create: true });
          await window.vaultPage.calls.startRestore({ restoreId: id, way: "folder", folder });
        },
        [restoreId, name] as const,
      );
    }

    /** The screens have a worker of their own, which is locked after each load. */
    async function unlockScreens(): Promise<void> {
      const { page } = vault;
      await expectPage(page.getByLabel(/^Passphrase of/)).toBeVisible();
      expect(await page.content()).not.toContain("home again");
      await page.getByLabel(/^Passphrase of/).fill(product.demo.owner.passphrase);
      await page.getByRole("button", { name: "Unlock", exact: true }).click();
      await expectPage(page.getByText("Opened in this browser only")).toBeVisible({ timeout: 60_000 });
    }

    async function saveReceipt(): Promise<Record<string, unknown>> {
      await vault.page.getByRole("link", { name: "Receipt" }).click();
      const saved = vault.page.waitForEvent("download");
      await vault.page.getByRole("button", { name: "Save the receipt" }).click();
      return JSON.parse(parseReceiptFile(readFileSync(await (await saved).path(), "utf8")).json);
    }

    test("what a closed tab interrupted is offered after unlocking: going on keeps what is whole and takes the rest", async () => {
      const { page } = vault;
      line.bytesPerSecond = 12 * MIB;
      const plan = await vault.plan(machine(large));
      const other = await vault.plan(machine(small));
      await startFolder(plan.restoreId, "home again");
      await vault.reached(plan.restoreId, { documents: plan.documents / 3 });
      expect(await listUnfinished(), "what runs is not unfinished").toEqual([]);
      line.bytesPerSecond = MIB / 16;
      await startFolder(other.restoreId, "not wanted");
      await waitUntil("a note of what is verified", 60_000, async () => (await countNoted(plan.restoreId)) > 0);
      // The slow line is for what is interrupted: loading the vault over it takes longer than a page may on a busy computer.
      await vault.leave();
      line.bytesPerSecond = null;
      await vault.load();
      expect(await listUnfinished()).toHaveLength(2);

      await unlockScreens();
      const offered = page.getByRole("region", { name: "Unfinished restores" }).getByRole("listitem");
      await offered.filter({ hasText: "not wanted" }).getByRole("button", { name: "Forget" }).click();
      await expectPage(offered).toHaveCount(1);
      await expectPage(offered).toContainText("Into the folder home again");
      await expectPage(offered).toContainText(new RegExp(`[1-9][\\d,]* of ${plan.documents} documents verified`));
      expect(await analyse(page)).toEqual([]);
      await offered.getByRole("button", { name: "Go on" }).click();
      const all = `${plan.documents} of ${plan.documents} documents restored and verified`;
      await expectPage(page.getByRole("heading", { level: 1 })).toHaveText(all, { timeout: 120_000 });
      const receipt = await saveReceipt();
      expect(receipt).toMatchObject({ outcome: "done", documentsVerified: plan.documents, documentsFailed: 0 });
      expect(receipt.bytesRead).toBeLessThan(plan.bytesToRead);

      const hashes = await hashFolder(["home again", plan.fileName.replace(".zip", "")]);
      const source = join(folderOf(plan, large.snapshotId), large.path);
      expect(Object.keys(hashes)).toHaveLength(plan.documents);
      for (const [path, hash] of Object.entries(hashes)) {
        expect(hash, path).toBe(sha256(join(large.path, path.slice(source.length + 1))));
      }
      expect(await listUnfinished()).toEqual([]);
    });
  });

  describe("with damage", () => {
    const companyOf = (zone: string) =>
      join(product.data, "zones", zone, "backup", "companies", product.demo.companyId);
    const packsOf = (zone: string) => listObjects(companyOf(zone)).filter((key) => key.startsWith("packs/"));

    /** One bit in the middle, where frames are. */
    function damage(zone: string, keys: readonly string[]): void {
      for (const key of keys) {
        const bytes = readFileSync(join(companyOf(zone), key));
        const at = Math.floor(bytes.length / 2);
        bytes[at] = (bytes[at] ?? 0) ^ 0x10;
        writeFileSync(join(companyOf(zone), key), bytes);
      }
    }

    test("1 % of zone 1's packs damaged costs nothing, and is noted", async () => {
      const keys = packsOf("zone1");
      damage("zone1", keys.slice(0, Math.max(1, Math.ceil(keys.length / 100))));
      // Forgets which zone answered last, and what it read.
      await vault.load();
      const { plan, path, progress } = await vault.take({ kind: "moment", machineId: null, atMs: Date.now() });
      expectSame(requirePath(path), plan, large, small);
      expect(progress.packsReplaced).toBeGreaterThan(0);
      expect(progress.notes.map(({ text }) => text).join()).toContain("zone 1 did not verify");
    });

    test("both copies damaged fails the ZIP by name; a folder has all the others", async () => {
      const state = await enrolMachine(product, "unlucky");
      const folder = join(sources, "unlucky");
      cpSync(small.path, folder, { recursive: true });
      const before = new Set(packsOf("zone1"));
      writeFileSync(join(folder, "lost.bin"), randomBytes(2 * MIB));
      const { snapshotId } = (await backUp(state, [folder])).last;
      await waitForZone2(product, String(snapshotId));
      const keys = packsOf("zone1").filter((key) => !before.has(key));
      for (const zone of ["zone2", "zone1"]) damage(zone, keys);
      // The certificates of a machine that is new are read when the vault is unlocked.
      await vault.load();

      const scope = await basket(String(snapshotId), [folder]);
      const { failure, progress } = await vault.take(scope);
      expect(failure).not.toBeNull();
      expect(progress).toMatchObject({ state: "failed", documentsFailed: 1 });
      expect(progress.failed.map(({ path }) => path)).toEqual([join(folder, "lost.bin")]);
      expect(progress.reason).toContain("lost.bin");

      const plan = await vault.plan(scope);
      await vault.page.evaluate(async (restoreId) => {
        const folder = await navigator.storage.getDirectory();
        await window.vaultPage.calls.startRestore({ restoreId, way: "folder", folder });
      }, plan.restoreId);
      const ended = await vault.ended(plan.restoreId);
      expect(ended).toMatchObject({ state: "failed", documentsFailed: 1, documentsVerified: plan.documents - 1 });
      const { restoreId, documents } = plan;
      const kept = await waitUntil("the restore that failed to be unfinished", 30_000, async () => {
        const [one, ...others] = await listUnfinished();
        return others.length === 0 && one;
      });
      expect(kept).toMatchObject({ restoreId, scope, documents, documentsVerified: documents - 1 });
      await vault.page.evaluate((id) => window.vaultPage.calls.forgetUnfinished({ restoreId: id }), restoreId);
      expect(await listUnfinished()).toEqual([]);
    });

    // The last of these: for a while after it the product prefers zone 2.
    test("zone 1's folder gone costs nothing", async () => {
      const zone1 = join(product.data, "zones", "zone1");
      renameSync(zone1, `${zone1}-gone`);
      try {
        const { plan, path, progress } = await vault.take(machine(large));
        expectSame(requirePath(path), plan, large);
        expect(Object.keys(progress.packsByZone)).toEqual(["zone2"]);
      } finally {
        renameSync(`${zone1}-gone`, zone1);
      }
    });
  });

  describe.skipIf(!isProof)("beyond the limits of old ZIPs", () => {
    function expectOpens(path: string, entries: number): void {
      execFileSync("unzip", ["-tqq", path]);
      const script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))";
      expect(execFileSync("python3", ["-c", script, path], { encoding: "utf8" }).trim()).toBe(`None ${entries}`);
    }

    async function takeMachine(name: string, fill: (folder: string) => void) {
      const folder = join(sources, name);
      mkdirSync(folder);
      fill(folder);
      const made = await backUpMachine(name, folder);
      await vault.load();
      const taken = await vault.take(machine(made));
      const path = requirePath(taken.path);
      const { documents, folders, others } = taken.plan;
      expectOpens(path, documents + folders + others);
      rmSync(folder, { recursive: true });
      return { path, plan: taken.plan };
    }

    test("100,000 documents open in unzip and in Python", async () => {
      const { plan } = await takeMachine("many", (folder) => {
        for (let at = 0; at < 100; at++) {
          mkdirSync(join(folder, `folder ${at}`));
          for (let file = 0; file < 1_000; file++)
            writeFileSync(join(folder, `folder ${at}`, `${file}.txt`), `${at} ${file}`);
        }
      });
      expect(plan.documents).toBe(100_000);
    });

    test("more than 4 GiB open in unzip and in Python, and a slow download outlives an idle service worker", async () => {
      const { path, plan } = await takeMachine("large", (folder) => {
        const block = randomBytes(32 * MIB);
        const file = openSync(join(folder, "repeated.bin"), "w");
        for (let at = 0; at < 140; at++) writeSync(file, block);
        closeSync(file);
        writeFileSync(join(folder, "zz after 4 GiB.txt"), "its offset needs 8 bytes");
      });
      expect(plan.lengthBytes).toBeGreaterThan(4 * 1024 * MIB);
      rmSync(path);
      line.bytesPerSecond = LARGE_BYTES / 90;
      const slow = await vault.take(machine(large));
      expect(slow.failure).toBeNull();
    });
  });

  describe("interrupted", () => {
    let lineIsBack = Promise.resolve();

    // What was read before is not asked for again, so nothing of it could be interrupted.
    beforeEach(async () => {
      await lineIsBack;
      await vault.load();
    });

    const interruptions = {
      "the line is cut": async () => {
        lineIsBack = line.cut(1_500);
      },
      "the service worker is stopped": async () => vault.stopServiceWorkers(),
      "the tab is reloaded": async () => {
        await vault.load();
      },
      "the gateway is killed": async () => killGateway(),
    };

    /** The supervisor starts it again. */
    function killGateway(): void {
      const started = product.supervisor.pid ?? 0;
      const supervisor = childOf(started, "start") ?? started;
      const pid = childOf(supervisor, "server/gateway/main");
      if (pid === null) throw new Error("the gateway was not found");
      process.kill(pid, "SIGKILL");
    }

    for (let round = 0; round < ROUNDS; round++) {
      const names = Object.keys(interruptions) as (keyof typeof interruptions)[];
      const name = names[round % names.length] ?? "the line is cut";
      test(`round ${round}: ${name}, and the download is complete or failed, never short`, async () => {
        line.bytesPerSecond = 12 * MIB;
        const plan = await vault.plan(machine(interrupted));
        const download = await vault.start(plan);
        const bytes = Math.floor(plan.bytes * Math.random() * 0.8);
        await vault.reached(plan.restoreId, { bytes });
        await interruptions[name]();
        line.bytesPerSecond = null;
        const failure = await download.failure();
        if (failure === null) {
          const zip = requirePath(await download.path());
          expect(statSync(zip).size).toBe(plan.lengthBytes);
          expectSame(zip, plan, interrupted);
        }
        const mayFail = name === "the service worker is stopped" || name === "the tab is reloaded";
        if (!mayFail) expect(failure, name).toBeNull();
        if (name !== "the tab is reloaded") {
          const { state, reason } = await vault.ended(plan.restoreId);
          expect(state).toBe(failure === null ? "done" : "failed");
          if (failure !== null) expect(reason).toContain("stopped");
        }
      });
    }
  });
});
