import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { analyse } from "./axe.ts";
import { chromiumPath, closeContext, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { backUp, expectCommand, type Product, startProduct } from "./product.ts";
import { signIn } from "./sign-in.ts";
import { Keyboard } from "./testing-keyboard.ts";

const SECRET_NAME = "figures-of-the-second-quarter.txt";
const SECRET_TEXT = "sealed before it left, open in this browser alone";

describe.skipIf(chromiumPath === null)("the restore browser", () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sample: string;
  let downloads: string;
  const troubles: string[] = [];

  beforeAll(async () => {
    sample = mkdtempSync(join(tmpdir(), "holdfast-vault-"));
    downloads = mkdtempSync(join(tmpdir(), "holdfast-downloads-"));
    mkdirSync(join(sample, "reports"));
    writeFileSync(join(sample, "reports", SECRET_NAME), `${SECRET_TEXT}\n`);
    writeFileSync(join(sample, "reports", "large.bin"), randomBytes(3_000_000));
    writeFileSync(join(sample, "empty"), "");
    product = await startProduct({ sample });
    browser = await launchChromium();
    await visit();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    for (const folder of [sample, downloads]) rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(troubles.splice(0)).toEqual([]);
  });

  /** One for all journeys: signing in and unlocking cost seconds on purpose. */
  async function visit(): Promise<void> {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    await signIn(page, product.url, product.demo.owner);
  }

  const headline = () => page.getByRole("heading", { level: 1 });

  async function unlock(tab = page): Promise<void> {
    const passphrase = tab.getByLabel(/^Passphrase of/);
    await passphrase.fill(product.demo.owner.passphrase);
    await tab.getByRole("button", { name: "Unlock", exact: true }).click();
    await expectPage(tab.getByText("Opened in this browser only")).toBeVisible({ timeout: 60_000 });
  }

  async function lock(): Promise<void> {
    await page.keyboard.press("Shift+L");
    await expectPage(page.getByRole("button", { name: "Unlock", exact: true })).toBeVisible();
  }

  /** From the company's first page to the folder of the sample; unlocks it on the way, unless it is open. */
  async function openSample({ isOpen = false } = {}): Promise<void> {
    await page.goto(`${product.url}/vault/#/`);
    await page.getByRole("region", { name: "Sources as of this moment" }).getByRole("link").nth(1).click();
    await page.waitForURL(/#\/m\/.+/);
    if (!isOpen) {
      await expectPage(page.getByRole("heading", { name: "Sealed" })).toBeVisible();
      await unlock();
    }
    for (const name of sample.split("/").filter((part) => part !== "")) await openRow(name);
    await openRow("reports");
  }

  async function openRow(name: string): Promise<void> {
    await page.getByRole("row", { name: new RegExp(name) }).click();
    await expectPage(page.getByRole("navigation", { name: /where/i }).or(page.getByText(name)).first()).toBeVisible();
  }

  /** Names are for the eyes alone. */
  async function expectNoName(): Promise<void> {
    expect(decodeURIComponent(page.url())).not.toContain(SECRET_NAME);
    expect(await page.title()).not.toContain(SECRET_NAME);
  }

  async function expectAccessible(): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await analyse(page), colorScheme).toEqual([]);
    }
  }

  test("an owner drills down to a document, looks at it, and takes it home", async () => {
    await page.goto(`${product.url}/home`);
    await page.getByRole("link", { name: "Restore" }).first().click();
    await page.waitForURL(/\/vault\/$/);
    await expectAccessible();
    await openSample();
    await page.getByRole("row", { name: new RegExp(SECRET_NAME) }).click();
    await expectPage(page.getByRole("heading", { name: SECRET_NAME })).toBeVisible();
    await expectPage(page.frameLocator("iframe").first().getByText(SECRET_TEXT)).toBeVisible();
    await expectNoName();
    await expectAccessible();

    await page.getByRole("button", { name: "Download", exact: true }).click();
    await expectPage(page.getByRole("heading", { name: "Restore 1 document" })).toBeVisible();
    await expectAccessible();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download the document" }).click(),
    ]);
    const saved = join(downloads, "one");
    await download.saveAs(saved);
    expect(readFileSync(saved, "utf8")).toBe(`${SECRET_TEXT}\n`);
    expect(download.suggestedFilename()).toBe(SECRET_NAME);
    await expectPage(headline()).toHaveText("1 of 1 document restored and verified");
    await expectNoName();
  });

  test("a basket comes home as a ZIP that holds what was backed up, with a receipt", async () => {
    await openSample({ isOpen: true });
    for (const name of [SECRET_NAME, "large.bin"]) {
      await page
        .getByRole("row", { name: new RegExp(name) })
        .getByRole("checkbox")
        .check();
    }
    await page.getByRole("button", { name: "Review and restore" }).click();
    await expectPage(headline()).toHaveText("2 documents in the basket.");
    await page.getByRole("button", { name: "Restore", exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download ZIP" }).click(),
    ]);
    const zip = join(downloads, "basket.zip");
    await download.saveAs(zip);
    execFileSync("unzip", ["-q", "-o", zip, "-d", join(downloads, "unpacked")]);
    const names = execFileSync("unzip", ["-Z1", zip], { encoding: "utf8" }).trim().split("\n");
    for (const name of [SECRET_NAME, "large.bin"]) {
      const entry = names.find((one) => one.endsWith(`/${name}`) || one === name);
      expect(readFileSync(join(downloads, "unpacked", entry ?? "absent"))).toEqual(
        readFileSync(join(sample, "reports", name)),
      );
    }
    await expectPage(headline()).toHaveText("2 of 2 documents restored and verified");
    await expectAccessible();
    await page.getByRole("link", { name: "Receipt" }).click();
    await expectPage(headline()).toHaveText("2 of 2 documents restored and verified");
    await expectPage(page.getByText("as announced")).toBeVisible();
    await expectAccessible();
    const [receipt] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the receipt" }).click(),
    ]);
    const saved = join(downloads, "receipt.json");
    await receipt.saveAs(saved);
    expect(JSON.parse(readFileSync(saved, "utf8"))).toMatchObject({ signature: expect.any(String) });
    await expectNoName();

    const first = page.url();
    const [again] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Restore the same again" }).click(),
    ]);
    const repeated = join(downloads, "again.zip");
    await again.saveAs(repeated);
    expect(readFileSync(repeated)).toEqual(readFileSync(zip));
    await expectPage(headline()).toHaveText("2 of 2 documents restored and verified");
    expect(page.url()).not.toBe(first);
    await page.getByRole("link", { name: "Restore", exact: true }).last().click();
    await expectPage(page.getByRole("region", { name: "Basket" }).getByText("2 documents")).toBeVisible();
  });

  test("the whole company comes home as of now, from the first page", async () => {
    await page.goto(`${product.url}/vault/#/basket`);
    await lock();
    await unlock();
    await page.getByRole("link", { name: "Restore" }).last().click();
    await page.goto(`${product.url}/vault/#/`);
    await page.getByRole("button", { name: "Restore the company" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download ZIP" }).click(),
    ]);
    const zip = join(downloads, "company.zip");
    await download.saveAs(zip);
    const names = execFileSync("unzip", ["-Z1", zip], { encoding: "utf8" });
    expect(names).toContain(`reports/${SECRET_NAME}`);
    await expectPage(headline()).toContainText("restored and verified");
  });

  test("a wrong passphrase opens nothing and says so; locking takes every name off the screen", async () => {
    await page.goto(`${product.url}/vault/#/basket`);
    await lock();
    await page.getByLabel(/^Passphrase of/).fill("not the right words at all");
    await page.getByRole("button", { name: "Unlock", exact: true }).click();
    await expectPage(page.getByText("That passphrase does not open this key.")).toBeVisible({ timeout: 60_000 });
    await openSample();
    await expectPage(page.getByText(SECRET_NAME).first()).toBeVisible();
    await lock();
    expect(await page.content()).not.toContain(SECRET_NAME);
  });

  test("which code it is stands in the vault and in the portal, and the command finds exactly that served", async () => {
    const { lines } = await expectCommand(["vault-hash", "--portal", product.url, "--json"]);
    expect(lines.at(-1)).toEqual({ portal: product.url, isSame: true });
    const build = String(lines.find((line) => "build" in line)?.build);
    await page.goto(`${product.url}/vault/`);
    await page.getByRole("link", { name: "Which code opens it" }).click();
    await expectPage(page.getByText(build)).toBeVisible();
    await expectAccessible();
    await page.goto(`${product.url}/home`);
    await page.getByRole("link", { name: "Vault code" }).click();
    await expectPage(page.getByText(build)).toBeVisible();
    await expectPage(page.getByText(`bin/holdfast vault-hash --portal ${product.url}`)).toBeVisible();
    await expectAccessible();
  });

  test("all tabs lock together: by key, by signing out, and after the minutes that were chosen, which stay chosen", async () => {
    const other = await context.newPage();
    const tabs = [page, other];
    for (const tab of tabs) {
      await tab.goto(`${product.url}/vault/#/basket`);
      await unlock(tab);
    }
    await page.getByRole("button", { name: /locks in 1[45]:/ }).click();
    // The worker decides, so the mark follows it: `check` would look too early.
    await page.getByLabel("30 minutes").click();
    await expectPage(page.getByLabel("30 minutes")).toBeChecked();
    for (const tab of tabs) await expectPage(tab.getByRole("button", { name: /locks in (30:00|29:)/ })).toBeVisible();

    await other.keyboard.press("Shift+L");
    for (const tab of tabs) await expectPage(tab.getByText("Locks again after 30 min without you")).toBeVisible();
    for (const tab of tabs) await unlock(tab);
    await other.reload();
    await expectPage(other.getByText("Locks again after 30 min without you")).toBeVisible();
    await unlock(other);
    await expectPage(other.getByRole("button", { name: /locks in (30:00|29:)/ })).toBeVisible();

    const portal = await context.newPage();
    await portal.goto(`${product.url}/home`);
    await portal.getByRole("button", { name: "Sign out" }).click();
    await portal.waitForURL((url) => url.pathname === "/sign-in");
    for (const tab of tabs) await expectPage(tab.getByRole("button", { name: "Unlock", exact: true })).toBeVisible();
    await closeContext(context);
    await visit();
  });

  test("by keyboard alone: unlock, down to a document, into the basket", async () => {
    await page.goto(`${product.url}/vault/#/`);
    await page.reload();
    await page.getByRole("region", { name: "Sources as of this moment" }).getByRole("link").nth(1).focus();
    await page.keyboard.press("Enter");
    // The first page has a field of its own, which goes with it.
    await expectPage(page.getByRole("heading", { name: "Sealed" })).toBeVisible();
    await page.getByLabel(/^Passphrase of/).focus();
    await page.keyboard.type(product.demo.owner.passphrase);
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Opened in this browser only")).toBeVisible({ timeout: 60_000 });
    await page.getByRole("row").nth(1).focus();
    for (const name of sample.split("/").filter((part) => part !== "")) {
      await expectPage(page.getByRole("row", { name: new RegExp(name) })).toBeFocused();
      await page.keyboard.press("Enter");
    }
    await expectPage(page.getByRole("row", { name: /reports/ })).toBeVisible();
    await expectPage(page.locator("[role=row]:focus")).toBeVisible();
    await page.keyboard.press("Space");
    await expectPage(page.getByRole("region", { name: "Basket" }).getByText(/1 (folder|document)/)).toBeVisible();
  });

  test("by keyboard alone: find a document, take an older version home, and lock", async () => {
    const minutes = join(sample, "reports", "minutes of the board.txt");
    for (const text of ["the first minutes\n", "the corrected minutes\n"]) {
      writeFileSync(minutes, text);
      await backUp(product.demoAgentState, [sample], ["--source", basename(sample)]);
    }
    await page.goto(`${product.url}/vault/#/`);
    await page.reload();
    const keyboard = new Keyboard(page);
    await keyboard.goTo(page.getByLabel(/^Passphrase of/));
    await keyboard.type(product.demo.owner.passphrase);
    await page.keyboard.press("Enter");
    await expectPage(page.getByText("Opened in this browser only")).toBeVisible({ timeout: 60_000 });
    await keyboard.press("/");
    await keyboard.type("minutes of");
    await expectPage(page.getByRole("list", { name: "Documents found" }).getByRole("button")).toHaveCount(1);
    await keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");

    const versions = page.getByRole("region", { name: "Versions" });
    await expectPage(versions.getByRole("heading")).toHaveText("2 versions");
    await expectPage(page.frameLocator("iframe").first().getByText("the corrected minutes")).toBeVisible();
    await keyboard.expectFocus();
    await keyboard.goTo(versions.getByRole("button").last());
    await keyboard.press("Enter");
    await expectPage(page.frameLocator("iframe").first().getByText("the first minutes")).toBeVisible();
    await expectPage(versions.getByRole("button").last()).toHaveAttribute("aria-current", "true");
    await keyboard.open(page.getByRole("button", { name: "Download", exact: true }), "Shift+Tab");
    const begun = page.waitForEvent("download");
    await keyboard.open(page.getByRole("dialog").getByRole("button", { name: "Download the document" }));
    const saved = join(downloads, "older");
    await (await begun).saveAs(saved);
    expect(readFileSync(saved, "utf8")).toBe("the first minutes\n");
    await expectPage(headline()).toHaveText("1 of 1 document restored and verified");

    await page.keyboard.press("Shift+L");
    await expectPage(page.getByRole("button", { name: "Locked" })).toBeVisible();
    expect(await page.content()).not.toContain("minutes of the board");
    expect(await page.title()).not.toContain("minutes");
  });
});
