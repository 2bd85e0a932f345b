import type { Locator, Page } from "@playwright/test";
import { expectPage } from "./expect-page.ts";

/** Somebody who has a keyboard and nothing else: whatever is pressed, one sees where the focus is. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** By Tab alone, or backwards; every stop on the way can be seen. Past the end of a page Tab leaves it and comes in again. */
  async goTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    await expectPage(target).toBeVisible();
    for (let stops = 0; stops < MAX_STOPS; stops++) {
      await this.#page.keyboard.press(key);
      if (await this.#page.evaluate(() => document.activeElement === document.body)) continue;
      await this.expectFocus();
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`${MAX_STOPS} times ${key} does not lead to ${target}`);
  }

  /** Goes there and presses Enter; where that leads to is the caller's to see. */
  async open(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    await this.goTo(target, key);
    await this.#page.keyboard.press("Enter");
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#page.keyboard.press(key);
      await this.expectFocus();
    }
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
    await this.expectFocus();
  }

  /** What has the focus lies in sight and is drawn as that. */
  async expectFocus(): Promise<void> {
    await expectPage.poll(() => this.#findHiddenFocus()).toBeNull();
  }

  /** In a frame it is the frame that shows it. */
  async #findHiddenFocus(): Promise<string | null> {
    const active = await this.#page.evaluateHandle(() => document.activeElement);
    const frame = await active.asElement()?.contentFrame();
    return (frame ?? this.#page).evaluate(findHiddenFocus);
  }
}

/** A page of a hundred rows has some hundred. */
const MAX_STOPS = 400;

/** Null when one sees where the focus is. Runs in the page. */
function findHiddenFocus(): string | null {
  const at = document.activeElement;
  if (at === null || at === document.body) return "nothing has the focus";
  const { width, height, top, bottom, left, right } = at.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const said = at.outerHTML.slice(0, 200);
  const isInSight = width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  if (!isInSight) return `the focus is out of sight: ${said}`;
  return outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2 ? `the focus is not drawn: ${said}` : null;
}
