import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Download, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { KeysView } from "../contracts/keys.ts";
import { newMember } from "../server/testing/company-world.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { backUp, enrolMachine, listObjects, type Product, startProduct } from "./product.ts";
import { signIn } from "./sign-in.ts";
import { type AlteringProxy, startAlteringProxy } from "./testing-altering-proxy.ts";
import { Intruder } from "./testing-intruder.ts";
import { lieAboutKeys, type RivalKeys, readRivalKeys } from "./testing-key-lies.ts";
import { commitTree, type Lie } from "./testing-lying-tree.ts";
import { createRival } from "./testing-rival.ts";

/** What somebody at the screen sees of a server that lies; what the worker's calls say stands in `vault-reading.e2e.test.ts`. */
describe.skipIf(chromiumPath === null)("a hostile server, seen from the vault's screens", () => {
  let product: Product;
  let proxy: AlteringProxy;
  let rivalKeys: RivalKeys;
  let browser: Browser;
  let page: Page;
  let demoPacks: readonly string[];
  /** Of a machine whose agent is honest, for the most part. */
  let keptPacks: readonly string[];
  let kept: Intruder;
  let source: string;
  const downloads: Download[] = [];
  const troubles: string[] = [];

  beforeAll(async () => {
    product = await startProduct();
    demoPacks = listPacks();
    proxy = await startAlteringProxy(product.url);
    source = join(product.folder, "source");
    mkdirSync(source);
    // Larger than what the demo stores, so that each stretch of it can be served in the other's place.
    for (let at = 0; at < 40; at++) writeFileSync(join(source, `part ${at}.bin`), randomBytes(40_000));
    const state = await enrolMachine(product, "kept");
    await backUp(state, [source]);
    kept = new Intruder(product.url, state);
    keptPacks = listPacks().filter((key) => !demoPacks.includes(key));
    rivalKeys = await readRivalKeys(product, await createRival(product, source));
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page = await context.newPage();
    page.on("download", (download) => downloads.push(download));
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    await signIn(page, product.url, product.demo.owner);
    await page.goto(`${proxy.url}/vault/`);
  });
  afterAll(async () => {
    await browser?.close();
    proxy?.close();
    await product?.remove();
  });
  afterEach(() => {
    expect(troubles.splice(0)).toEqual([]);
  });

  function listPacks(): string[] {
    const zone = join(product.data, "zones", "zone1", "backup", "companies", product.demo.companyId);
    return listObjects(zone).filter((key) => /^(packs|meta)\//.test(key));
  }

  /** Until it is called off, whoever asks for a pack of the demo gets the same stretch of another one of the same kind. */
  function swapPacks(kind: "packs" | "meta"): () => void {
    const idsOf = (keys: readonly string[]) =>
      keys.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(-64));
    const [own, other] = [idsOf(demoPacks), idsOf(keptPacks)[0] ?? ""];
    expect(own.length, kind).toBeGreaterThan(0);
    proxy.altered = 0;
    proxy.substitution = (address) => {
      const asked = /^\/bulk\/v1\/packs\/(\w+)(\?|$)/.exec(address)?.[1] ?? "";
      return own.includes(asked) ? address.replace(asked, other) : address;
    };
    return () => {
      expect(proxy.altered, kind).toBeGreaterThan(0);
      proxy.substitution = null;
    };
  }

  function lieInKeys(change: (view: KeysView) => Partial<KeysView>): () => void {
    proxy.altered = 0;
    proxy.alteration = {
      procedure: "keys.get",
      alter: (answer) => {
        const view = answer as KeysView;
        return { ...view, ...change(view) };
      },
    };
    return () => {
      expect(proxy.altered).toBeGreaterThan(0);
      proxy.alteration = null;
    };
  }

  const isOpen = () => page.getByText("Opened in this browser only");
  const alert = () => page.getByRole("alert").filter({ hasText: /\S/ });

  async function unlock(): Promise<void> {
    await page.getByLabel(/^Passphrase of/).fill(product.demo.owner.passphrase);
    await page.getByRole("button", { name: "Unlock", exact: true }).click();
  }

  async function goTo(fragment: string): Promise<void> {
    await page.goto(`${proxy.url}/vault/${fragment}`);
  }

  /** Asks for all of a machine; the dialog says why that is not planned, and offers nothing to download. */
  async function expectNoPlan(machineId: string, what: RegExp): Promise<void> {
    await goTo(`#/m/${machineId}`);
    await page.getByRole("button", { name: /^Restore / }).click();
    const dialog = page.getByRole("dialog");
    await expectPage(dialog.getByRole("alert")).toContainText("This could not be planned.");
    await expectPage(dialog.getByRole("alert")).toContainText(what);
    await expectPage(dialog.getByRole("button", { name: /^Download/ })).toHaveCount(0);
    await page.keyboard.press("Escape");
    expect(downloads).toEqual([]);
  }

  test("a swapped company key, and a log that is older, of another company, or changed, open nothing and are named", async () => {
    await unlock();
    await expectPage(isOpen()).toBeVisible({ timeout: 60_000 });
    // What was seen is compared with what this browser keeps, not with what the page remembers.
    await page.reload();
    for (const { what, change, code } of lieAboutKeys(rivalKeys)) {
      const end = lieInKeys(change);
      await unlock();
      await expectPage(alert(), what).toContainText(`Code: ${code}.`, { timeout: 60_000 });
      if (code === "log_truncated")
        await expectPage(alert()).toContainText("The company log is older than the one this browser saw.");
      await expectPage(alert(), what).toContainText("Nothing was opened.");
      await expectPage(isOpen(), what).toHaveCount(0);
      await expectPage(page.getByRole("button", { name: /^Restore / }), what).toHaveCount(0);
      end();
    }
    await unlock();
    await expectPage(isOpen()).toBeVisible({ timeout: 60_000 });
    expect(downloads).toEqual([]);
  });

  test("a snapshot that is listed otherwise than its agent signed it is marked, and not opened", async () => {
    proxy.altered = 0;
    proxy.alteration = {
      procedure: "snapshots.list",
      alter: (answer) => {
        const { rows, ...page } = answer as { rows: { files: number }[] };
        return { ...page, rows: rows.map((row) => ({ ...row, files: row.files + 1 })) };
      },
    };
    await goTo(`#/m/${product.demo.machineId}`);
    const sources = page.getByRole("region", { name: "Sources as of this moment" });
    await expectPage(sources.getByText("Not genuine")).toBeVisible();
    await expectNoPlan(product.demo.machineId, /otherwise than its agent signed it/);
    await sources.getByRole("link").nth(1).click();
    await expectPage(alert()).toContainText("This snapshot is not what an agent of your company signed.");
    await expectPage(alert()).toContainText("otherwise than its agent signed it");
    await expectPage(page.getByRole("grid")).toHaveCount(0);
    expect(proxy.altered).toBeGreaterThan(0);
    proxy.alteration = null;
    await goTo("#/");
  });

  test("a page of a tree that is another one is named where its folder would stand, and nothing of it is planned", async () => {
    const end = swapPacks("meta");
    await goTo(`#/m/${product.demo.machineId}`);
    await page.getByRole("region", { name: "Sources as of this moment" }).getByRole("link").nth(1).click();
    await expectPage(alert()).toContainText("This folder could not be opened.");
    await expectPage(alert()).toContainText("No zone has a good copy");
    await expectPage(page.getByRole("grid")).toHaveCount(0);
    await expectNoPlan(product.demo.machineId, /No zone has a good copy/);
    end();
    await page.getByRole("region", { name: "Sources as of this moment" }).getByRole("link").nth(1).click();
    await expectPage(page.getByRole("grid")).toBeVisible();
  });

  test("a page whose child list is wrong is named as that", async () => {
    const [content, other] = [
      newMember(kept.world, 1, randomBytes(70_000)),
      newMember(kept.world, 1, randomBytes(70_000)),
    ];
    const lie: Lie = { content: [content], sent: [content, other], childIds: [other.id] };
    const snapshotId = await commitTree(kept, lie);
    const { machineId, sourceId } = kept.world;
    await goTo(`#/m/${machineId}/${sourceId}/${snapshotId}/r`);
    await expectPage(alert()).toContainText("This folder could not be opened.");
    await expectPage(alert()).toContainText(/child list/);
    await expectNoPlan(machineId, /child list/);
  });

  test("a chunk that is another one while it is taken home ends the download, and the page names the document", async () => {
    await goTo(`#/m/${product.demo.machineId}`);
    await page.getByRole("button", { name: /^Restore / }).click();
    const start = page.getByRole("button", { name: "Download ZIP" });
    await expectPage(start).toBeVisible();
    const end = swapPacks("packs");
    const begun = page.waitForEvent("download");
    await start.click();
    expect(await (await begun).failure()).not.toBeNull();
    await expectPage(page.getByRole("heading", { level: 1 })).toContainText("verified, then it failed");
    await expectPage(page.getByText(/could not be restored: /)).toContainText("no zone has a good copy");
    end();
  });

  test("a log that becomes older while the vault is open is named, and nothing is listed by it", async () => {
    const state = await enrolMachine(product, "late");
    await backUp(state, [source]);
    const end = lieInKeys(({ log }) => ({ log: log.slice(0, 2) }));
    await goTo("#/");
    await expectPage(alert()).toContainText("The machines could not be listed.");
    await expectPage(alert()).toContainText("log_truncated");
    await expectPage(page.getByRole("button", { name: /^Restore / })).toHaveCount(0);
    end();
    await page.getByRole("button", { name: "Try again" }).click();
    await expectPage(page.getByRole("link", { name: "late", exact: true }).first()).toBeVisible();
  });
});
