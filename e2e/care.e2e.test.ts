import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { backUp, type Product, startProduct } from "./product.ts";
import { BOTH_ENDS, Sight } from "./sight.ts";
import { seeVault } from "./sights-vault.ts";

describe.skipIf(chromiumPath === null)("care for the vault's screens", () => {
  let product: Product;
  let browser: Browser;
  let sample: string;

  beforeAll(async () => {
    sample = mkdtempSync(join(tmpdir(), "holdfast-care-"));
    mkdirSync(join(sample, "letters"));
    writeFileSync(join(sample, "letters", "first.txt"), "as it was\n");
    writeFileSync(join(sample, "letters", "second.txt"), "another one\n");
    writeFileSync(join(sample, "list.csv"), "a,b\n");
    product = await startProduct({ sample });
    writeFileSync(join(sample, "letters", "first.txt"), "as it became later\n");
    await backUp(product.demoAgentState, [sample], ["--source", sample.split("/").at(-1) ?? ""]);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    rmSync(sample, { recursive: true, force: true });
  });

  test("every screen passes axe and fits its width, on a light desk and on a dark phone", async () => {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    const sight = new Sight(BOTH_ENDS, null);
    await seeVault(sight, page, {
      url: product.url,
      owner: product.demo.owner,
      folders: ["letters"],
      document: "first.txt",
      other: "second.txt",
      heldAtPercent: 0,
    });
    expect(sight.findings).toEqual([]);
    expect(troubles).toEqual([]);
  });
});
