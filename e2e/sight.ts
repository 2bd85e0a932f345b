import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { analyse } from "./axe.ts";

const DESK = { prefix: "", size: { width: 1440, height: 900 } } as const;
const PHONE = { prefix: "phone-", size: { width: 390, height: 844 } } as const;

/** In which widths and themes a page is looked at. */
export const EVERY_WAY = [
  { ...DESK, theme: "light" },
  { ...DESK, theme: "dark" },
  { ...PHONE, theme: "light" },
  { ...PHONE, theme: "dark" },
] as const;
/** Each width and each theme once: what tests have time for. */
export const BOTH_ENDS = [EVERY_WAY[0], EVERY_WAY[3]] as const;

/** Looks at a page as it stands, in widths and themes: what is wrong with it, and when wanted a picture of each. */
export class Sight {
  /** What axe found, and pages that scroll sideways, by the name of the sight. */
  readonly findings: string[] = [];
  readonly #ways: readonly (typeof EVERY_WAY)[number][];
  readonly #folder: string | null;

  /** @param folder where the pictures go; null looks without keeping any */
  constructor(ways: readonly (typeof EVERY_WAY)[number][], folder: string | null) {
    this.#ways = ways;
    this.#folder = folder;
    if (folder !== null) mkdirSync(folder, { recursive: true });
  }

  async see(page: Page, name: string): Promise<void> {
    for (const { prefix, size, theme } of this.#ways) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await settle(page);
      const sight = `${prefix}${name}-${theme}`;
      if (this.#folder !== null) await page.screenshot({ path: join(this.#folder, `${sight}.png`) });
      await this.#inspect(page, sight);
    }
    await page.setViewportSize(DESK.size);
  }

  async #inspect(page: Page, sight: string): Promise<void> {
    for (const what of await page.evaluate(findSideways)) this.findings.push(`${sight}: scrolls sideways: ${what}`);
    for (const finding of await analyse(page)) this.findings.push(`${sight}: ${finding}`);
  }
}

/** Fonts are there and two frames were drawn. Not "networkidle": the stream of runs stays open. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** Runs in the page: what scrolls sideways without being meant to, as tables and commands are, which take the focus for it. */
function findSideways(): string[] {
  const root = document.documentElement;
  const page = root.scrollWidth > window.innerWidth ? ["the page"] : [];
  const parts = [...document.body.querySelectorAll("*")].filter(
    (part) =>
      part.scrollWidth > part.clientWidth + 1 &&
      ["auto", "scroll"].includes(getComputedStyle(part).overflowX) &&
      !part.hasAttribute("tabindex") &&
      !part.matches("input, textarea"),
  );
  return [...page, ...parts.map((part) => part.outerHTML.slice(0, 160))];
}
