import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FolderView } from "../components/restore/runtime/protocol/reading-calls.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { readBelow } from "./live-files.ts";
import { backUp, expectCommand, freePort, type Product, restoreCodes, startProduct, waitForZone2 } from "./product.ts";
import { dumpTables } from "./testing-evidence.ts";
import { findLeaks, formsOfText, type Spy, startSpy } from "./testing-spy.ts";
import { VaultWorker } from "./testing-vault-worker.ts";

/** [Note: canary] Known content and names go through the whole system; then everything on the provider's side is searched for them. */
const contentCanary = `canary-content-${randomBytes(12).toString("hex")}`;
const nameCanary = `canary-name-${randomBytes(12).toString("hex")}`;
const folderCanary = `canary-folder-${randomBytes(12).toString("hex")}`;
const sourceCanary = `canary-source-${randomBytes(12).toString("hex")}`;

let product: Product;
let source: string;
let spy: Spy;
let spyUrl: string;
let snapshot = { snapshotId: "", sourceId: "" };
const secrets = new Map<string, Buffer[]>();

/** Opens folder by folder, as a person does. */
async function walkTo(vault: VaultWorker, snapshotId: string, path: string): Promise<FolderView> {
  let folder = await vault.call("openFolder", { snapshotId, steps: [], offset: 0, limit: 500 });
  for (const name of path.split("/").filter((part) => part !== "")) {
    const next = folder.rows.find((row) => row.name === name);
    if (next === undefined) throw new Error(`no ${name} on the way to ${path}`);
    folder = await vault.call("openFolder", { snapshotId, steps: next.steps, offset: 0, limit: 500 });
  }
  return folder;
}

/** Everything that reading in the vault asks of the server. */
async function readInBrowser(vault: VaultWorker): Promise<void> {
  const { snapshotId, sourceId } = snapshot;
  const machines = await vault.call("listMachines");
  const machine = machines.find(({ sources }) => sources.some((each) => each.sourceId === sourceId));
  const machineId = machine?.machine.machineId ?? "";
  await vault.call("readSourceNames", { machineId });
  const folder = await walkTo(vault, snapshotId, join(source, folderCanary));
  const document = folder.rows.find(({ name }) => name === `${nameCanary}.txt`);
  if (document === undefined) throw new Error("the folder does not show the canary's document");
  const { steps, path } = document;
  const preview = await vault.call("readPreview", { snapshotId, steps, maxBytes: 4096 });
  expect(findLeaks(secrets, "preview", Buffer.from(preview.bytes))).not.toEqual([]);
  await vault.call("listVersions", { machineId, sourceId, path });
  await vault.call("startSearch", { searchId: "canary", text: nameCanary });
  const items = [{ snapshotId, steps }];
  await vault.call("planRestore", { restoreId: "canary", scope: { kind: "basket", items } });
}

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), "holdfast-canary-"));
  mkdirSync(join(source, folderCanary));
  writeFileSync(join(source, folderCanary, `${nameCanary}.txt`), `${contentCanary}\n`.repeat(50));
  writeFileSync(
    join(source, folderCanary, "large.bin"),
    Buffer.concat([randomBytes(3_000_000), Buffer.from(contentCanary), randomBytes(3_000_000)]),
  );
  product = await startProduct();
  const port = await freePort();
  spy = await startSpy(port, product.url);
  spyUrl = `http://127.0.0.1:${port}`;
  for (const text of [
    contentCanary,
    nameCanary,
    folderCanary,
    sourceCanary,
    product.demo.owner.passphrase,
    product.demo.owner.recoveryKey,
  ])
    secrets.set(text, formsOfText(text));
}, 400_000);

afterAll(async () => {
  spy?.close();
  await product?.remove();
  rmSync(source, { recursive: true, force: true });
}, 60_000);

describe("the provider's side never holds plaintext, names or keys", () => {
  it("finds the canary where it must be, so that the search itself is proven", () => {
    expect(findLeaks(secrets, "source", readFileSync(join(source, folderCanary, `${nameCanary}.txt`)))).not.toEqual([]);
    expect(findLeaks(secrets, "hex", Buffer.from(Buffer.from(nameCanary).toString("hex")))).not.toEqual([]);
    for (const pad of ["", "x", "xx"])
      expect(
        findLeaks(secrets, "base64", Buffer.from(Buffer.from(`${pad}${contentCanary}tail`).toString("base64"))),
      ).not.toEqual([]);
  });

  it("goes through enrolment, backup, listing, restore and verify with the command line", async () => {
    const env = { ...product.ownerEnv, HOLDFAST_PORTAL: spyUrl };
    const link = String((await expectCommand(["enrolments", "create", "--json"], env)).last.link);
    const state = join(product.folder, "agent-canary");
    const through = new URL(link);
    through.host = new URL(spyUrl).host;
    await expectCommand(["agent", "enrol", through.href, "--name", "canary-machine", "--state", state, "--json"]);
    const done = await backUp(state, [source], ["--source", sourceCanary]);
    snapshot = { snapshotId: String(done.last.snapshotId), sourceId: String(done.last.sourceId) };
    const { snapshotId } = snapshot;
    await expectCommand(["ls", snapshotId, join(source, folderCanary), "--json"], env);
    await expectCommand(["restore", snapshotId, "--to", join(product.folder, "out"), "--json"], env, restoreCodes);
    await expectCommand(["verify", snapshotId, "--json"], env);
    await waitForZone2(product, snapshotId);
    expect(spy.captured.length).toBeGreaterThan(10);
  }, 300_000);

  it.skipIf(chromiumPath === null)(
    "goes through unlocking, folders, a preview, versions, search and a planned restore in a browser",
    async () => {
      const browser = await launchChromium();
      try {
        const vault = await VaultWorker.open(browser, spyUrl, product.demo.owner);
        await vault.call("unlock", { passphrase: product.demo.owner.passphrase });
        await readInBrowser(vault);
        expect(await vault.page.title()).not.toContain(nameCanary);
        expect(vault.troubles).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    300_000,
  );

  it("leaves nothing in zones, database, logs, temporary files or requests", async () => {
    const leaks = spy.captured.flatMap((bytes, number) => findLeaks(secrets, `request ${number}`, bytes));
    const paths: string[] = [];
    for (const [path, bytes] of readBelow(product.data, (path) => !path.endsWith("demo.json"))) {
      paths.push(path);
      leaks.push(...findLeaks(secrets, path, bytes));
    }
    expect(paths.some((path) => path.includes("/zone2/"))).toBe(true);
    const dumps = await dumpTables(product);
    expect(dumps.length).toBeGreaterThan(10);
    for (const dump of dumps) leaks.push(...findLeaks(secrets, `table ${dump.table}`, dump.rows));
    expect(leaks).toEqual([]);
  }, 300_000);

  it("leaves no compressed form of the content in any stored object", () => {
    const text = Buffer.from(`${contentCanary}\n`.repeat(50));
    const marks = [zstdCompressSync(text), gzipSync(text)].map((compressed) =>
      compressed.subarray(20, Math.min(compressed.length - 8, 60)),
    );
    for (const [path, bytes] of readBelow(join(product.data, "zones"))) {
      for (const mark of marks) expect(bytes.includes(mark), path).toBe(false);
    }
  });
});
