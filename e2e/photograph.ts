import { join } from "node:path";
import { launchChromium } from "./chromium.ts";
import { checkout } from "./product.ts";
import { SampleCompany } from "./sample-company.ts";
import { giveHistory } from "./sample-history.ts";
import { EVERY_WAY, Sight } from "./sight.ts";
import { seeOnboarding } from "./sights-onboarding.ts";
import { seePortal } from "./sights-portal.ts";
import { seeVault } from "./sights-vault.ts";
import { startBareProduct } from "./testing-bare.ts";

/**
 * `node e2e/photograph.ts`: pictures of every page of the real product, from the first run to a receipt, in both themes and two
 * widths; the README shows some of them. Ends with 1 when a page scrolls sideways or axe finds something on one.
 */
const sight = new Sight(EVERY_WAY, join(checkout, "test-results", "pictures"));
const sample = new SampleCompany();
try {
  const product = await startBareProduct();
  const browser = await launchChromium();
  try {
    const office = await seeOnboarding(sight, browser, product, sample);
    await giveHistory(office, sample);
    await seePortal(sight, browser, office);
    const context = await browser.newContext({ timezoneId: "Europe/London", acceptDownloads: true });
    await seeVault(sight, await context.newPage(), {
      url: product.url,
      owner: office.owner,
      machine: "files-01",
      folders: ["Quayside Library", "Drawings"],
      document: "Ground floor plan.png",
      other: "Door schedule.csv",
      heldAtPercent: 35,
    });
  } finally {
    await browser.close();
    await product.remove();
  }
} finally {
  sample.remove();
}
for (const finding of sight.findings) console.error(finding);
console.log(`${sight.findings.length} findings`);
process.exitCode = sight.findings.length === 0 ? 0 : 1;
