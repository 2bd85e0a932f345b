import { expect, type Page } from "@playwright/test";

/** Waits for what a page is to show; a machine that does other things as well is no failure. */
export const expectPage: typeof expect = expect.configure({ timeout: 30_000 });

/** Waits until no colour is on its way to another: in between, contrast means nothing. */
export async function settleColours(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map((transition) => transition.finished));
  });
}
