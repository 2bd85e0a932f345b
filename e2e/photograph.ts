import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { launchChromium } from "./chromium.ts";
import { backUp, checkout, enrolMachine, type Product, startProduct, waitForZone2 } from "./product.ts";
import { signIn } from "./sign-in.ts";

/** `node e2e/photograph.ts`: pictures of every page of the real portal, in both themes and two widths; the README shows some of them. */
const pictures = join(checkout, "test-results", "pictures");
const widths = [
  { name: "", viewport: { width: 1440, height: 900 } },
  { name: "phone-", viewport: { width: 390, height: 844 } },
] as const;

/** For a preview, which comes in a frame of its own. */
const SETTLE_MS = 1_000;

interface Sitting {
  readonly product: Product;
  readonly page: Page;
  readonly prefix: string;
  readonly theme: "light" | "dark";
}

async function photograph(sitting: Sitting, address: string, name: string): Promise<void> {
  const { product, page } = sitting;
  await page.goto(`${product.url}${address}`);
  // Not "networkidle": the stream of runs stays open.
  await keep(sitting, name);
}

async function keep({ page, prefix, theme }: Sitting, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await page.screenshot({ path: join(pictures, `${prefix}${name}-${theme}.png`) });
}

/** From the locked vault down to a receipt, as an owner goes. */
async function photographVault(sitting: Sitting): Promise<void> {
  const { product, page } = sitting;
  await page.goto(`${product.url}/vault/`);
  await page.getByRole("region", { name: "Sources as of this moment" }).waitFor();
  await keep(sitting, "vault-company");
  await page.getByRole("region", { name: "Sources as of this moment" }).getByRole("link").nth(1).click();
  await page.getByRole("heading", { name: "Sealed" }).waitFor();
  await keep(sitting, "vault-locked");
  await page.getByLabel(/^Passphrase of/).fill(product.demo.owner.passphrase);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByText("Opened in this browser only").waitFor({ timeout: 60_000 });
  // Down to where the source begins: until then each folder has one entry.
  const rows = page.getByRole("row");
  await rows.nth(1).waitFor();
  while ((await rows.count()) === 2) {
    const before = page.url();
    await rows.nth(1).click();
    await page.waitForURL((url) => url.href !== before);
    await page.waitForTimeout(SETTLE_MS);
  }
  await keep(sitting, "vault-folder");
  await page
    .getByRole("row", { name: /\.(md|ts)\b/ })
    .first()
    .click();
  await page
    .getByRole("heading", { name: /\.(md|ts)$/ })
    .first()
    .waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await keep(sitting, "vault-document");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await page.getByRole("heading", { name: "Restore 1 document" }).waitFor();
  await keep(sitting, "vault-restore");
  const begun = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the document" }).click();
  await begun;
  await page.getByRole("heading", { name: "1 of 1 document restored and verified" }).waitFor();
  await keep(sitting, "vault-receipt");
}

async function photographAll(product: Product, browser: Browser): Promise<void> {
  const company = `/companies/${product.demo.companyId}`;
  const staffPages = [
    ["/overview", "overview"],
    ["/companies", "companies"],
    [company, "company"],
    [`${company}/machines/${product.demo.machineId}`, "machine"],
    [`${company}/people`, "company-people"],
    [`${company}/runs`, "company-runs"],
    ["/machines", "machines"],
    ["/runs", "runs"],
    ["/people", "people"],
    ["/zones", "zones"],
  ] as const;
  for (const width of widths) {
    for (const theme of ["light", "dark"] as const) {
      const context = await browser.newContext({
        viewport: width.viewport,
        colorScheme: theme,
        timezoneId: "Europe/London",
      });
      const sitting: Sitting = { product, page: await context.newPage(), prefix: width.name, theme };
      await photograph(sitting, "/sign-in", "sign-in");
      await signIn(sitting.page, product.url, product.demo.staff);
      for (const [address, name] of staffPages) await photograph(sitting, address, name);
      await context.clearCookies();
      await signIn(sitting.page, product.url, product.demo.owner);
      await photograph(sitting, "/home", "company-home");
      await photographVault(sitting);
      await context.close();
    }
  }
}

mkdirSync(pictures, { recursive: true });
const product = await startProduct({ sample: join(checkout, "engine") });
const browser = await launchChromium();
try {
  const second = await enrolMachine(product, "files-01");
  await backUp(second, [join(checkout, "agent")]);
  const third = await enrolMachine(product, "acct-pc");
  await backUp(third, [join(checkout, "server")]);
  const last = await backUp(third, [join(checkout, "docs")]);
  await waitForZone2(product, String(last.last.snapshotId));
  await photographAll(product, browser);
} finally {
  await browser.close();
  await product.remove();
}
