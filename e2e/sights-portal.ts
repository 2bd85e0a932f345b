import { randomBytes } from "node:crypto";
import type { Browser, Page } from "@playwright/test";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { closeContext } from "./chromium.ts";
import { waitUntil } from "./product.ts";
import type { Sight } from "./sight.ts";
import type { Office } from "./sights-onboarding.ts";
import { signIn } from "./sign-in.ts";

/** Every page of staff and of members, with something on it. */
export async function seePortal(sight: Sight, browser: Browser, office: Office): Promise<void> {
  const { product, companyId } = office;
  const context = await browser.newContext({ timezoneId: "Europe/London" });
  const page = await context.newPage();
  const at = async (address: string, name: string) => {
    await page.goto(`${product.url}${address}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await sight.see(page, name);
  };
  await at("/sign-in", "sign-in");
  await page.getByLabel("E-mail").fill(office.owner.email);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("do not belong together").waitFor();
  await sight.see(page, "sign-in-refused");

  await inviteOthers(office);
  await signIn(page, product.url, office.staff);
  await waitForCopies(page, product.url);
  await at("/overview", "overview");
  await at("/companies", "companies");
  await at("/companies?q=nobody", "companies-none-fit");
  await at(`/companies/${companyId}`, "company");
  await page.getByRole("region", { name: "Machines" }).getByRole("link", { name: "files-01" }).click();
  await page.waitForURL(/\/machines\//);
  await sight.see(page, "machine");
  await at(`/companies/${companyId}/people`, "company-people");
  await at(`/companies/${companyId}/runs`, "company-runs");
  await at(`/companies/${companyId}/schedule`, "company-schedule");
  await at(`/companies/${companyId}/collectors`, "company-collectors-none");
  await page.getByLabel("Name", { exact: true }).fill("Office share");
  await page.getByLabel("Folder").fill("/srv/hosted/quayside");
  await page.getByRole("button", { name: "Ask the owners" }).click();
  await page.getByText("Asks an owner").waitFor();
  await sight.see(page, "company-collectors");
  await at("/machines", "machines");
  await at("/runs", "runs");
  await page.getByRole("region", { name: "Runs, newest first" }).getByRole("link").first().click();
  await page.waitForURL(/\/runs\/.+/);
  await sight.see(page, "run");
  await at("/incidents", "incidents");
  await at("/schedule", "schedule");
  await page.getByRole("button", { name: /^Change the schedule/ }).click();
  await sight.see(page, "schedule-changed");
  await at("/policies", "policies-none");
  await page.getByLabel("Name").fill("Gold");
  await page.getByRole("button", { name: "Create policy" }).click();
  await page.getByRole("link", { name: "Gold" }).waitFor();
  await sight.see(page, "policies");
  await page.getByRole("link", { name: "Gold" }).click();
  await page.waitForURL(/\/policies\/.+/);
  await page.getByRole("button", { name: "Change the schedule of Policy Gold" }).click();
  await page.getByLabel("Backs up").selectOption("Every 6 hours");
  await page.getByRole("button", { name: "Save schedule" }).click();
  await page.getByText("Every 6 hours").first().waitFor();
  await page.getByRole("button", { name: "Change the retention of Policy Gold" }).click();
  await page.getByLabel("Of each year, in years").fill("10");
  await page.getByRole("button", { name: "Save retention" }).click();
  await page.getByText(/yearly 10 years/).waitFor();
  const policy = page.url();
  await at(`/companies/${companyId}/schedule`, "company-without-policy");
  await page.getByLabel("Change to").selectOption("Gold");
  await page.getByRole("button", { name: "Save policy" }).click();
  await page.getByText("from the policy", { exact: true }).waitFor();
  await sight.see(page, "company-with-policy");
  await page.goto(policy);
  await page.getByRole("link", { name: "Brightwater" }).waitFor();
  await sight.see(page, "policy");
  await at("/people", "people");
  await at("/zones", "zones");
  await at("/archive", "archive");
  await page.getByRole("button", { name: "Change the retention of All companies" }).click();
  await sight.see(page, "archive-form");
  await at(`/companies/${companyId}/archive`, "company-archive");
  await at("/machines/x", "nothing-here");

  await context.clearCookies();
  await signIn(page, product.url, office.owner);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await sight.see(page, "company-home");
  await at("/incidents", "own-incidents");
  await at("/schedule", "own-schedule");
  await at("/machines", "own-machines");
  await page.getByRole("region", { name: "Machines" }).getByRole("link", { name: "files-01" }).click();
  await page.waitForURL(/\/machines\/.+/);
  await page
    .getByRole("button", { name: /^Hold snapshot/ })
    .first()
    .click();
  await sight.see(page, "own-machine");
  await at("/archive", "own-archive");
  await closeContext(context);
}

/** Companies whose owners have not come yet, so that lists are lists. */
async function inviteOthers({ product, staff }: Office): Promise<void> {
  const { sessionToken } = await createPortalClient({ portalUrl: product.url }).session.create.mutate(staff);
  const client = createPortalClient({ portalUrl: product.url, sessionToken });
  for (const name of ["Alder Joinery", "Harrow Dental Practice", "Kestrel Surveyors"]) {
    const inviteAuthHash = randomBytes(32).toString("hex");
    const ownerEmail = `owner@${name.toLowerCase().replaceAll(" ", "-")}.example`;
    await client.companies.create.mutate({ name, ownerEmail, inviteAuthHash });
  }
}

async function waitForCopies(page: Page, url: string): Promise<void> {
  await waitUntil("every snapshot in both zones", 120_000, async () => {
    await page.goto(`${url}/zones`);
    return page.getByText("Every snapshot is in each of them.").isVisible();
  });
}
