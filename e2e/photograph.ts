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

interface Sitting {
  readonly product: Product;
  readonly page: Page;
  readonly prefix: string;
  readonly theme: "light" | "dark";
}

async function photograph({ product, page, prefix, theme }: Sitting, address: string, name: string): Promise<void> {
  await page.goto(`${product.url}${address}`);
  // Not "networkidle": the stream of runs stays open.
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await page.screenshot({ path: join(pictures, `${prefix}${name}-${theme}.png`) });
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
