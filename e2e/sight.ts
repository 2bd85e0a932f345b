import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const WIDTHS = [
  { prefix: "", size: { width: 1440, height: 900 } },
  { prefix: "phone-", size: { width: 390, height: 844 } },
] as const;
const THEMES = ["light", "dark"] as const;

/** Looks at a page as it stands, in both themes and two widths: what is wrong with it, and when wanted a picture of each. */
export class Sight {
  /** What axe found, and pages that scroll sideways, by the name of the sight. */
  readonly findings: string[] = [];
  readonly #folder: string | null;

  /** @param folder where the pictures go; null looks without keeping any */
  constructor(folder: string | null) {
    this.#folder = folder;
    if (folder !== null) mkdirSync(folder, { recursive: true });
  }

  async see(page: Page, name: string): Promise<void> {
    for (const { prefix, size } of WIDTHS) {
      await page.setViewportSize(size);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await settle(page);
        const sight = `${prefix}${name}-${theme}`;
        if (this.#folder !== null) await page.screenshot({ path: join(this.#folder, `${sight}.png`) });
        await this.#inspect(page, sight);
      }
    }
    await page.setViewportSize(WIDTHS[0].size);
  }

  async #inspect(page: Page, sight: string): Promise<void> {
    const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflowPx > 0) this.findings.push(`${sight}: scrolls ${overflowPx} px sideways`);
    // Frames that may not reach each other need a page of its own for axe; where there is one frame, that is time lost.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(page.frames().length === 1).analyze();
    for (const { id, nodes } of violations) {
      this.findings.push(`${sight}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`);
    }
  }
}

/** Fonts are there and two frames were drawn. Not "networkidle": the stream of runs stays open. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
