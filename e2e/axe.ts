import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expectPage } from "./expect-page.ts";

/** What axe finds on a page as it stands, a line for each rule; none is how it should be. */
export async function analyse(page: Page): Promise<string[]> {
  // Between two of Next's pages the document has no title for a moment: its new one comes after what it is the title of.
  await expectPage(page).toHaveTitle(/\S/);
  await settleColours(page);
  const { violations } = await new AxeBuilder({ page })
    // Frames that may not reach each other need a page of its own for axe; where there is one frame, that is time lost.
    .setLegacyMode(page.frames().length === 1)
    .options({ resultTypes: ["violations"] })
    .analyze();
  return violations.map(
    ({ id, nodes }) => `${page.url()}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`,
  );
}

/** Waits until no colour is on its way to another: in between, contrast means nothing. */
async function settleColours(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map((transition) => transition.finished));
  });
}
