import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Download, Page } from "@playwright/test";
import { build } from "vite";
import type {
  RestorePlan,
  RestoreProgress,
  RestoreReceipt,
  RestoreScope,
} from "../components/restore/runtime/protocol/restore-calls.ts";
import { closeContext } from "./chromium.ts";
import { checkout, type Product, waitUntil } from "./product.ts";

/** What one download came to: complete in a file, or failed, which the browser says. */
export interface Taken {
  readonly plan: RestorePlan;
  readonly path: string | null;
  readonly failure: string | null;
  readonly progress: RestoreProgress;
}

const ENDED = ["done", "failed", "cancelled"];
let pageScript: Promise<string> | undefined;

/** The runtime of the vault's page as one script that makes `testing`; screens are not in it. */
export function buildPageScript(): Promise<string> {
  pageScript ??= build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      minify: false,
      target: "es2023",
      lib: { entry: join(checkout, "e2e/testing-vault-page.ts"), formats: ["iife"], name: "testing" },
    },
  }).then((built) => {
    const [bundle] = Array.isArray(built) ? built : [];
    const [script] = bundle?.output ?? [];
    if (script?.type !== "chunk") throw new Error("the page's script was not built");
    return script.code;
  });
  return pageScript;
}

/** A member's browser at the vault, driven by the calls that the screens use. */
export class TestVault {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console and the page complained about. */
  readonly troubles: string[] = [];
  readonly #product: Product;
  readonly #origin: string;
  #restores = 0;

  private constructor(
    product: Product,
    { context, page, origin }: { context: BrowserContext; page: Page; origin: string },
  ) {
    this.#product = product;
    this.#origin = origin;
    this.context = context;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.troubles.push(message.text());
    });
    page.on("pageerror", (error) => this.troubles.push(error.message));
  }

  /** Signs in, opens the vault and unlocks it. @param port where the browser reaches the product */
  static async open(browser: Browser, product: Product, port = Number(new URL(product.url).port)): Promise<TestVault> {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await signIn(context, product);
    const vault = new TestVault(product, { context, page, origin: `http://localhost:${port}` });
    await vault.load();
    return vault;
  }

  /** Loads the vault anew, as a reload does: nothing of the worker before stays. */
  async load(): Promise<void> {
    await this.page.goto(`${this.#origin}/vault/`);
    const script = await this.page.evaluate(findWorkerScript);
    const code = await buildPageScript();
    await this.page.evaluate(`${code}; window.vaultPage = testing.openVaultPage(${JSON.stringify(script)}); null`);
    await this.unlock();
    await this.page.evaluate(() => window.vaultPage.registerDownloads().then(() => {}));
  }

  /** As a tab that is closed: the worker is gone, whatever it was doing. */
  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  async unlock(): Promise<void> {
    const { passphrase } = this.#product.demo.owner;
    await this.page.evaluate((given) => window.vaultPage.calls.unlock({ passphrase: given }), passphrase);
  }

  plan(scope: RestoreScope, restoreId = `restore-${++this.#restores}`): Promise<RestorePlan> {
    return this.page.evaluate((input) => window.vaultPage.calls.planRestore(input), { restoreId, scope });
  }

  /** Begins a planned download; resolves when the browser has begun it, too. */
  async start({ restoreId, fileName, lengthBytes, isSingleDocument }: RestorePlan): Promise<Download> {
    const way = isSingleDocument ? ("document" as const) : ("zip" as const);
    const begun = this.page.waitForEvent("download");
    await this.page.evaluate((start) => window.vaultPage.openDownload(window.vaultPage, start), {
      restoreId,
      way,
      fileName,
      lengthBytes,
    });
    return begun;
  }

  async take(scope: RestoreScope): Promise<Taken> {
    const plan = await this.plan(scope);
    return this.finish(plan, await this.start(plan));
  }

  async finish(plan: RestorePlan, download: Download): Promise<Taken> {
    const failure = await download.failure();
    const progress = await this.ended(plan.restoreId);
    return { plan, path: failure === null ? await download.path() : null, failure, progress };
  }

  ended(restoreId: string): Promise<RestoreProgress> {
    return waitUntil(`the end of ${restoreId}`, 300_000, async () => {
      const progress = await this.progress(restoreId);
      return progress && ENDED.includes(progress.state) ? progress : null;
    });
  }

  progress(restoreId: string): Promise<RestoreProgress | null> {
    return this.page.evaluate((id) => window.vaultPage.progress.get(id) ?? null, restoreId);
  }

  /** Waits until so much of a restore was verified. */
  async reached(restoreId: string, least: { readonly bytes?: number; readonly documents?: number }): Promise<void> {
    const { bytes = 0, documents = 0 } = least;
    await waitUntil(`${JSON.stringify(least)} of ${restoreId}`, 120_000, async () => {
      const progress = await this.progress(restoreId);
      return progress !== null && progress.bytesVerified >= bytes && progress.documentsVerified >= documents;
    });
  }

  receipt(restoreId: string): Promise<RestoreReceipt> {
    return this.page.evaluate((id) => window.vaultPage.calls.readReceipt({ restoreId: id }), restoreId);
  }

  /** Where a path lies in a snapshot, as an address would say it. */
  async stepsTo(snapshotId: string, path: string): Promise<readonly number[]> {
    const binary = Buffer.from(path).toString("latin1");
    const input = { snapshotId, path: binary };
    const row = await this.page.evaluate((given) => window.vaultPage.calls.findInSnapshot(given), input);
    if (row === null) throw new Error(`snapshot ${snapshotId} has no ${path}`);
    return row.steps;
  }

  /** What the browser's tools do at "Stop": the service worker ends in the middle of whatever it does. */
  async stopServiceWorkers(): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopAllWorkers");
    await session.detach();
  }

  async close(): Promise<void> {
    await closeContext(this.context);
  }
}

/** The demo's owner at the portal. Cookies know hosts, not ports, so the vault may be reached at another. */
export async function signIn(context: BrowserContext, product: Product): Promise<Page> {
  const portal = `http://localhost:${new URL(product.url).port}`;
  await waitUntil("the portal", 60_000, async () => (await fetch(`${portal}/healthz`)).ok);
  const page = await context.newPage();
  await page.goto(`${portal}/`);
  await page.getByLabel("E-mail").fill(product.demo.owner.email);
  await page.getByLabel("Password").fill(product.demo.owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/home");
  return page;
}

/** The worker's address has its content's hash, and stands in the script of the page. Runs in the vault's document. */
export async function findWorkerScript(): Promise<string> {
  const read = async (address: string) => (await fetch(address)).text();
  const page = /assets\/vault-[\w-]+\.js/.exec(await read("/vault/index.html"))?.[0];
  const worker = /assets\/vault-worker-[\w-]+\.js/.exec(await read(`/vault/${page}`))?.[0];
  return `/vault/${worker}`;
}

export function unzip(path: string, to: string): string {
  mkdirSync(to, { recursive: true });
  execFileSync("unzip", ["-q", path, "-d", to]);
  return to;
}
