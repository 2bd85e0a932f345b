import { randomFillSync } from "node:crypto";
import { closeSync, createReadStream, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { launchChromium } from "../e2e/chromium.ts";
import { backUp, enrolMachine, type Product, startProduct } from "../e2e/product.ts";
import { buildPageScript, findWorkerScript, signIn } from "../e2e/testing-vault.ts";
import { PlainBrowser, type PlainPage } from "./plain-browser.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** The ZIP that is timed, and the greatest one whose memory is watched; the least one is a quarter of that. */
const timedBytes = Number(process.env.HOLDFAST_BENCH_ZIP_GIB ?? 2) * GIB;
const greatestBytes = Number(process.env.HOLDFAST_BENCH_ZIP_MAX_GIB ?? 4) * GIB;
const leastBytes = greatestBytes / 4;

interface Timed {
  readonly seconds: number;
  readonly bytes: number;
  /** Of the tab's process with the service worker's, MiB; null where nothing was watched. */
  readonly peakMiB: number | null;
}

/** A ZIP through the vault beside a plain download of the same length, and the memory of the tab as ZIPs grow. */
export async function measureVaultDownload(folder: string): Promise<string> {
  const product = await startProduct({ folder, env: { HOLDFAST_REPLICATION: "paused" } });
  try {
    const files = writeFiles(folder);
    const state = await enrolMachine(product, "bench");
    const { snapshotId } = (await backUp(state, [join(folder, "random")])).last;
    const takeFirst = (bytes: number) => takeZip(product, { files, snapshotId: String(snapshotId), bytes });
    const least = await takeFirst(leastBytes);
    const zip = await takeFirst(timedBytes);
    const plain = await takePlain(folder, zip.bytes);
    const greatest = greatestBytes === timedBytes ? zip : await takeFirst(greatestBytes);
    return describe({ least, zip, plain, greatest });
  } finally {
    await product.remove();
  }
}

function describe(measured: Record<"least" | "zip" | "plain" | "greatest", Timed>): string {
  const { least, zip, plain, greatest } = measured;
  const rate = ({ bytes, seconds }: Timed) => bytes / 1e6 / seconds;
  const isFast = rate(zip) >= 100 || rate(zip) >= rate(plain) / 2;
  const isFlat = (greatest.peakMiB ?? 0) < 600;
  const size = ({ bytes }: Timed) => `${(bytes / GIB).toFixed(2)} GiB`;
  return [
    `Random bytes in Chromium, gateway and browser on the same machine: ${cpus().length} cores, ${cpus()[0]?.model ?? ""}.`,
    "",
    "| what | measured | goal |",
    "|---|---:|---|",
    `| ZIP of ${size(zip)} through the vault | ${rate(zip).toFixed(0)} MB/s | 100 MB/s, or half of the plain download: ${isFast ? "reached" : "**missed**"} |`,
    `| Plain download of ${size(plain)} in the same run | ${rate(plain).toFixed(0)} MB/s | |`,
    `| Share of the plain download | ${((100 * rate(zip)) / rate(plain)).toFixed(0)} % | |`,
    `| Tab, greatest resident memory, ZIP of ${size(least)} | ${least.peakMiB?.toFixed(0)} MiB | |`,
    `| the same, ZIP of ${size(greatest)} | ${greatest.peakMiB?.toFixed(0)} MiB | under 600 MiB: ${isFlat ? "reached" : "**missed**"} |`,
  ].join("\n");
}

const FILE_BYTES = 64 * MIB;

/** Files of 64 MiB of random bytes: nothing is compressed, and nothing is stored once for two. */
function writeFiles(folder: string): string[] {
  mkdirSync(join(folder, "random"));
  const count = Math.ceil(Math.max(timedBytes, greatestBytes) / FILE_BYTES);
  const block = Buffer.alloc(4 * MIB);
  return Array.from({ length: count }, (_, at) => {
    const path = fileAt(folder, at);
    const file = openSync(path, "w");
    for (let written = 0; written < FILE_BYTES; written += block.length) writeSync(file, randomFillSync(block));
    closeSync(file);
    return path;
  });
}

/** Each in a browser of its own, so that nothing of the one before is counted. */
async function takeZip(
  product: Product,
  { files, snapshotId, bytes }: { files: readonly string[]; snapshotId: string; bytes: number },
): Promise<Timed> {
  const browser = await PlainBrowser.launch();
  try {
    const page = await openVault(browser, product);
    const paths = files.slice(0, bytes / FILE_BYTES).map((path) => path.slice(1));
    const plan = Plan.parse(await page.evaluate(`(${planFiles})(${JSON.stringify({ snapshotId, paths })})`));
    const watch = await browser.watchTabs();
    const startedAtMs = performance.now();
    const path = await browser.download(() =>
      page.evaluate(`vaultPage.openDownload(vaultPage, ${JSON.stringify({ ...plan, way: "zip" })})`),
    );
    const seconds = (performance.now() - startedAtMs) / 1000;
    const peakMiB = watch();
    const { size } = statSync(path);
    if (size !== plan.lengthBytes) throw new Error(`the ZIP has ${size} bytes, and ${plan.lengthBytes} were announced`);
    console.log(`ZIP of ${size} bytes: ${seconds.toFixed(1)} s, tab ${peakMiB.toFixed(0)} MiB`);
    return { seconds, bytes: size, peakMiB };
  } finally {
    await browser.close();
  }
}

const Plan = z.object({ restoreId: z.string(), fileName: z.string(), lengthBytes: z.number() });

/** Runs in the page. */
async function planFiles({ snapshotId, paths }: { snapshotId: string; paths: readonly string[] }) {
  const { calls } = window.vaultPage;
  const items = [];
  for (const path of paths)
    items.push({ snapshotId, steps: (await calls.findInSnapshot({ snapshotId, path }))?.steps ?? [] });
  return calls.planRestore({ restoreId: "bench", scope: { kind: "basket", items } });
}

/** Signed in by the tool of the journeys, whose browser ends then; unlocked here. */
async function openVault(browser: PlainBrowser, product: Product): Promise<PlainPage> {
  const journeys = await launchChromium();
  const context = await journeys.newContext();
  await signIn(context, product);
  const cookies = await context.cookies();
  await journeys.close();
  await browser.send("Storage.setCookies", { cookies });
  const page = await browser.open(`http://localhost:${new URL(product.url).port}/vault/`);
  await page.until(`document.readyState === "complete" && location.pathname === "/vault/"`);
  const script = await page.evaluate(`(${findWorkerScript})()`);
  await page.evaluate(
    `${await buildPageScript()}; window.vaultPage = testing.openVaultPage(${JSON.stringify(script)}); 0`,
  );
  const { passphrase } = product.demo.owner;
  await page.evaluate(
    `vaultPage.calls.unlock(${JSON.stringify({ passphrase })}).then(() => vaultPage.registerDownloads()).then(() => 0)`,
  );
  return page;
}

/** What the same browser takes from a server that only reads files, to the same disk. */
async function takePlain(folder: string, bytes: number): Promise<Timed> {
  const server = createServer((request, response) => {
    if (request.url === "/file") void sendFiles(folder, bytes, response);
    else response.setHeader("content-type", "text/html").end("a page");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await PlainBrowser.launch();
  try {
    const page = await browser.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.until(`document.body?.textContent === "a page"`);
    const startedAtMs = performance.now();
    const path = await browser.download(() => page.evaluate(`location.href = "/file"; 0`));
    const seconds = (performance.now() - startedAtMs) / 1000;
    const { size } = statSync(path);
    console.log(`plain download of ${size} bytes: ${seconds.toFixed(1)} s`);
    return { seconds, bytes: size, peakMiB: null };
  } finally {
    await browser.close();
    server.close();
  }
}

async function sendFiles(folder: string, bytes: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-length": bytes, "content-disposition": "attachment; filename=plain.bin" });
  for (let left = bytes, at = 0; left > 0; left -= FILE_BYTES, at++) {
    const path = fileAt(folder, at % Math.floor(bytes / FILE_BYTES));
    const stream = createReadStream(path, { end: Math.min(left, FILE_BYTES) - 1, highWaterMark: MIB });
    for await (const piece of stream) {
      if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve));
    }
  }
  response.end();
}

function fileAt(folder: string, at: number): string {
  return join(folder, "random", `${String(at).padStart(4, "0")}.bin`);
}
