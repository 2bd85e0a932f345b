import { expect as expectPage, type Page, type Route } from "@playwright/test";
import type { Sight } from "./sight.ts";

const PACKS = /\/bulk\/v1\/packs\/\w+(\?.*)?$/;

/** So often a read that stands alone is left to wait: it may be the last one. */
const MAX_ALONE = 15;

interface Restore {
  readonly sight: Sight;
  readonly page: Page;
  readonly url: string;
  /** Where the restore is held, so that it can be looked at. */
  readonly heldAtPercent: number;
}

/** The whole company on its way, held for as long as it is looked at, then at its end, and the receipt. */
export async function seeRestore({ sight, page, url, heldAtPercent }: Restore): Promise<void> {
  await page.goto(`${url}/vault/#/`);
  await page.getByRole("button", { name: "Restore the company" }).click();
  await page.getByRole("heading", { name: "The plan" }).waitFor();
  const line = await holdLine(page);
  const begun = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download ZIP" }).click();
  const download = await begun;
  const progress = page.getByRole("progressbar");
  await progress.waitFor();
  while (Number(await progress.getAttribute("aria-valuenow")) < heldAtPercent) {
    await line.letOneThrough();
    await page.waitForTimeout(700);
  }
  await sight.see(page, "vault-restoring");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Go on" }).waitFor();
  await sight.see(page, "vault-restore-paused");
  await page.getByRole("button", { name: "Go on" }).click();
  await line.release();
  await download.path();
  await expectPage(page.getByRole("heading", { level: 1 })).toContainText("restored and verified");
  await sight.see(page, "vault-restored");
  await page.getByRole("link", { name: "Receipt" }).click();
  await page.getByText("as announced").waitFor();
  await sight.see(page, "vault-receipt");
}

/** Holds every read of a pack until it is let through. */
async function holdLine(page: Page): Promise<{ letOneThrough(): Promise<void>; release(): Promise<void> }> {
  const held: Route[] = [];
  let isOpen = false;
  let alone = 0;
  await page.route(PACKS, async (route) => {
    if (isOpen) await route.continue();
    else held.push(route);
  });
  return {
    async letOneThrough() {
      // What was read is checked a moment later. The last read waits for that, or nothing would be left to hold.
      alone = held.length === 1 ? alone + 1 : 0;
      if (held.length > 1 || alone > MAX_ALONE) await held.shift()?.continue();
    },
    async release() {
      isOpen = true;
      // A pause ends what waits for an answer: such a read is not there any more.
      await Promise.all(held.map((route) => route.continue().catch(() => undefined)));
      await page.unroute(PACKS);
    },
  };
}
