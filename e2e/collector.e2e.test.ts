import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyse } from "./axe.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { readBelow } from "./live-files.ts";
import { expectCommand, type Product, restoreCodes, startProduct, waitUntil } from "./product.ts";
import { signIn } from "./sign-in.ts";
import { dumpTables, queryAll } from "./testing-evidence.ts";
import { findLeaks, formsOfText } from "./testing-spy.ts";

/** Stands in the hosted folder alone, and then sealed in the zones. */
const SECRET_TEXT = `hosted-content-${randomBytes(12).toString("hex")}`;
const SECRET_NAME = `hosted-name-${randomBytes(12).toString("hex")}.txt`;
/** The worker looks every few seconds, and its programs start on a busy machine. */
const PATIENCE = { timeout: 120_000 };

describe.skipIf(chromiumPath === null)("a folder that the provider hosts", () => {
  let product: Product;
  let browser: Browser;
  let staff: Page;
  let owner: Page;
  let hosted: string;
  const troubles: string[] = [];

  beforeAll(async () => {
    hosted = mkdtempSync(join(tmpdir(), "holdfast-hosted-"));
    mkdirSync(join(hosted, "acme", "plans"), { recursive: true });
    writeFileSync(join(hosted, "acme", "plans", SECRET_NAME), `${SECRET_TEXT}\n`.repeat(100));
    writeFileSync(join(hosted, "acme", "large.bin"), randomBytes(2_000_000));
    product = await startProduct({ env: { HOLDFAST_COLLECTOR_ROOTS: hosted } });
    browser = await launchChromium();
    [staff, owner] = [await openPage(), await openPage()];
    await signIn(staff, product.url, product.demo.staff);
    await signIn(owner, product.url, product.demo.owner);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    rmSync(hosted, { recursive: true, force: true });
    expect(troubles).toEqual([]);
  });

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => {
      // A proposal that is refused is answered with 400, which the browser tells, too.
      if (message.type() === "error" && !message.text().includes("400")) troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    return page;
  }

  async function expectAccessible(page: Page): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await analyse(page), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  const collectorsFolder = () => join(product.data, "collectors", product.demo.companyId);
  const snapshotsOf = (name: string) =>
    queryAll(
      product,
      "select s.snapshot_id from snapshot s join machine m using (company_id, machine_id) where m.name = $1",
      [name],
    );

  async function propose(name: string, folder: string): Promise<void> {
    await staff.getByLabel("Name", { exact: true }).fill(name);
    await staff.getByLabel("Folder").fill(folder);
    await staff.getByRole("button", { name: "Ask the owners" }).click();
  }

  test("staff ask for it, and only for what the service may read", async () => {
    await staff.goto(`${product.url}/companies/${product.demo.companyId}`);
    await staff.getByRole("navigation", { name: "Company" }).getByRole("link", { name: "Collectors" }).click();
    await expectPage(staff.getByText("No hosted data is backed up")).toBeVisible();
    await propose("File server", "/etc");
    await expectPage(staff.getByText(`Nothing was changed: the folder must lie below ${hosted}`)).toBeVisible();
    await propose("File server", join(hosted, "acme"));
    await expectPage(staff.getByText("Asks an owner")).toBeVisible();
    await expectAccessible(staff);
    expect(existsSync(collectorsFolder())).toBe(false);
  });

  test("an owner consents in the browser, and from then on it backs up by itself", async () => {
    await owner.goto(`${product.url}/home`);
    await expectPage(owner.getByText("Your provider asks to back up a folder")).toBeVisible();
    await owner.getByRole("link", { name: "Decide" }).click();
    await owner.getByLabel(/^Passphrase of/).fill(product.demo.owner.passphrase);
    await owner.getByRole("button", { name: "Unlock", exact: true }).click();
    const asked = owner.getByRole("region", { name: "Data that your provider hosts" });
    await expectPage(asked).toContainText(join(hosted, "acme"), PATIENCE);
    await expectAccessible(owner);
    await asked.getByRole("button", { name: "Consent to File server" }).click();
    await expectPage(asked.getByText("Working")).toBeVisible(PATIENCE);
    const [snapshot] = await waitUntil("the first backup", 120_000, async () => {
      const rows = await snapshotsOf("File server");
      return rows.length > 0 ? rows : null;
    });
    const target = join(product.folder, "out");
    const restored = ["restore", String(snapshot?.snapshot_id), "--to", target, "--json"];
    await expectCommand(restored, product.ownerEnv, restoreCodes);
    for (const path of [join("plans", SECRET_NAME), "large.bin"]) {
      const back = readFileSync(join(target, hosted, "acme", path));
      expect(back.equals(readFileSync(join(hosted, "acme", path)))).toBe(true);
    }
    // What stands here in clear is the owner's, and not the provider's.
    rmSync(target, { recursive: true });
    await staff.reload();
    await expectPage(staff.getByRole("link", { name: "File server" })).toBeVisible();
  });

  test("its schedule holds for it as for any machine", async () => {
    const everyMinute = { cron: "* * * * *", time_zone: "UTC" };
    await queryAll(
      product,
      `insert into schedule (company_id, level, subject_id, cron, time_zone, jitter_seconds, timed_at)
       select company_id, 'machine', machine_id, $1, $2, 0, now() from machine where name = 'File server'`,
      [everyMinute.cron, everyMinute.time_zone],
    );
    writeFileSync(join(hosted, "acme", "new.txt"), "since then");
    await waitUntil("a second backup", 150_000, async () => (await snapshotsOf("File server")).length >= 2);
  });

  test("names and contents lie nowhere on the provider's side but in that folder", async () => {
    const secrets = new Map([SECRET_TEXT, SECRET_NAME].map((text) => [text, formsOfText(text)]));
    expect(findLeaks(secrets, "source", readFileSync(join(hosted, "acme", "plans", SECRET_NAME)))).not.toEqual([]);
    // Links are not followed: the cache is one to a file system in memory, where names may be while the worker runs.
    const paths: string[] = [];
    const leaks: string[] = [];
    for (const [path, bytes] of readBelow(product.data)) {
      paths.push(path);
      leaks.push(...findLeaks(secrets, path, bytes));
    }
    expect(paths.some((path) => path.startsWith(collectorsFolder()))).toBe(true);
    for (const { table, rows } of await dumpTables(product)) leaks.push(...findLeaks(secrets, table, rows));
    expect(leaks).toEqual([]);
    // The link is used up, and its secret stays nowhere.
    expect(await queryAll(product, "select link from collector_link")).toEqual([]);
  });

  test("an owner withdraws, and its identity is destroyed while what it backed up stays", async () => {
    expect(readdirSync(collectorsFolder())).toHaveLength(1);
    const asked = owner.getByRole("region", { name: "Data that your provider hosts" });
    await asked.getByRole("button", { name: "Withdraw the consent to File server" }).click();
    await asked.getByRole("button", { name: "Withdraw for File server" }).click();
    await expectPage(asked).toHaveCount(0, PATIENCE);
    await waitUntil("the end of its identity", 60_000, () => readdirSync(collectorsFolder()).length === 0);
    const kept = (await snapshotsOf("File server")).length;
    expect(kept).toBeGreaterThanOrEqual(2);
    await staff.reload();
    await expectPage(staff.getByText("Ended", { exact: true })).toBeVisible();
    // What it sealed is still there, and was not sealed on the company's machine.
    await owner.goto(`${product.url}/home`);
    await expectPage(owner.getByText("that of data which your provider hosts by its collector")).toBeVisible();
  });
});
