import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { launchChromium } from "../e2e/chromium.ts";
import { backUp, enrolMachine, type Product, startProduct } from "../e2e/product.ts";
import { signIn } from "../e2e/sign-in.ts";
import { VaultWorker } from "../e2e/testing-vault-worker.ts";
import { median } from "./measure.ts";

const ENTRIES = 10_000;
const SNAPSHOTS = Number(process.env.HOLDFAST_BENCH_SNAPSHOTS ?? 1_000);
const OPENS = 40;
/** As much as the folder's screen asks for at once. */
const WINDOW = 500;

interface Source {
  readonly folder: string;
  readonly sourceId: string;
  readonly snapshotId: string;
}

/** How long somebody waits who looks around in the vault: a large folder, the versions of a document, the first page. */
export async function measureVaultReading(folder: string): Promise<string> {
  const product = await startProduct({ folder, env: { HOLDFAST_REPLICATION: "paused" } });
  try {
    return await measureIn(product, join(folder, "looked-at"));
  } finally {
    await product.remove();
  }
}

async function measureIn(product: Product, folder: string): Promise<string> {
  const browser = await launchChromium();
  try {
    const paints = await timeFirstPaints(product, browser);
    const source = await makeHistory(product, folder);
    const vault = await openVault(product, browser);
    const folders = await timeFolder(vault, source);
    const versions = await timeVersions(vault, source);
    return describe({ paints, folders, versions });
  } finally {
    await browser.close();
  }
}

async function makeHistory(product: Product, folder: string): Promise<Source> {
  mkdirSync(join(folder, "many"), { recursive: true });
  for (let entry = 0; entry < ENTRIES; entry++) writeFileSync(join(folder, "many", `photo ${entry}.jpg`), `${entry}`);
  const state = await enrolMachine(product, "looked-at");
  let last: Record<string, unknown> = {};
  for (let snapshot = 0; snapshot < SNAPSHOTS; snapshot++) {
    // The document changes every tenth time; between, others do.
    if (snapshot % 10 === 0) writeFileSync(join(folder, "plan.txt"), `plan ${snapshot}\n`);
    writeFileSync(join(folder, "diary.txt"), `day ${snapshot}\n`);
    last = (await backUp(state, [folder])).last;
  }
  return { folder, sourceId: String(last.sourceId), snapshotId: String(last.snapshotId) };
}

async function openVault(product: Product, browser: Browser): Promise<VaultWorker> {
  const vault = await VaultWorker.open(browser, product.url, product.demo.owner);
  await vault.call("unlock", { passphrase: product.demo.owner.passphrase });
  return vault;
}

/** From the call to the rows in the page. */
async function timeFolder(vault: VaultWorker, { folder, snapshotId }: Source): Promise<number[]> {
  const row = await vault.call("findInSnapshot", { snapshotId, path: join(folder, "many").slice(1) });
  const input = { snapshotId, steps: row?.steps ?? [], offset: 0, limit: WINDOW };
  const times = [];
  for (let open = 0; open < OPENS; open++) {
    const { result, tookMs } = await vault.timed("openFolder", input);
    if (result.total !== ENTRIES) throw new Error(`the folder shows ${result.total} entries`);
    times.push(tookMs);
  }
  return times;
}

async function timeVersions(vault: VaultWorker, source: Source) {
  const places = await vault.call("listMachines");
  const place = places.find(({ sources }) => sources.some(({ sourceId }) => sourceId === source.sourceId));
  const input = {
    machineId: place?.machine.machineId ?? "",
    sourceId: source.sourceId,
    path: join(source.folder, "plan.txt").slice(1),
  };
  const first = await vault.timed("listVersions", input);
  const again = [];
  for (let open = 0; open < OPENS; open++) again.push((await vault.timed("listVersions", input)).tookMs);
  return { firstMs: first.tookMs, again };
}

/** Of an owner's first page, each in a browser that keeps nothing. */
async function timeFirstPaints(product: Product, browser: Browser): Promise<number[]> {
  const paints = [];
  for (let round = 0; round < 10; round++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, product.url, product.demo.owner);
    await page.goto(`${product.url}/home`);
    paints.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            new PerformanceObserver((list) => {
              for (const { name, startTime } of list.getEntries())
                if (name === "first-contentful-paint") resolve(startTime);
            }).observe({ type: "paint", buffered: true });
          }),
      ),
    );
    await context.close();
  }
  return paints;
}

function describe(measured: {
  paints: number[];
  folders: number[];
  versions: { firstMs: number; again: number[] };
}): string {
  const { paints, folders, versions } = measured;
  const line = (what: string, values: number[], goalMs: number) => {
    const p95 = quantile(values, 0.95);
    const verdict = p95 < goalMs ? "reached" : "**missed**";
    return `| ${what} | ${median(values).toFixed(0)} | ${p95.toFixed(0)} | ${goalMs}: ${verdict} |`;
  };
  return [
    `Chromium, gateway and database on the same machine: ${cpus().length} cores, ${cpus()[0]?.model ?? ""}. Milliseconds from the question to the answer in the page.`,
    "",
    "| what | median | p95 | goal for p95 |",
    "|---|---:|---:|---|",
    line(`A folder of ${ENTRIES} entries opens (${OPENS} times, the first from the zone)`, folders, 300),
    line(`Versions of a document over ${SNAPSHOTS} snapshots, lists loaded (${OPENS} times)`, versions.again, 500),
    `| the same, the first time: all lists from the zone | ${versions.firstMs.toFixed(0)} | | |`,
    line("First contentful paint of an owner's first page (10 times)", paints, 1_000),
  ].join("\n");
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
