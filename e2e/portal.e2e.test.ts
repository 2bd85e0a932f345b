import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { analyse } from "./axe.ts";
import { chromiumPath, closeContext, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { createCompanies, listObjects, type Product, startProduct, superuserUrl, waitUntil } from "./product.ts";
import { signIn } from "./sign-in.ts";
import { Keyboard } from "./testing-keyboard.ts";

const SECRET_NAME = "quarterly-figures-of-nobody.txt";
const THEMES = ["light", "dark"] as const;

/** One copy of the demo's manifest is gone, and somebody doubts it: the worker confirms it and heals it within seconds. */
async function spoilManifest({ data, demo }: Product): Promise<void> {
  const folder = join(data, "zones", "zone1", "backup", "companies", demo.companyId);
  const key = listObjects(folder).find((each) => /^snapshots\/[^.]*$/.test(each)) ?? "";
  rmSync(join(folder, key));
  const client = new pg.Client({ connectionString: superuserUrl({ data }) });
  await client.connect();
  const doubt = "update object_presence set state = 'suspect' where zone_id = 'zone1' and object_key = $1";
  const { rowCount } = await client.query(doubt, [`companies/${demo.companyId}/${key}`]);
  await client.end();
  expect(rowCount).toBe(1);
}

describe.skipIf(chromiumPath === null)("the portal in a real browser", () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sample: string;
  /** Errors of the console and of the page; a journey with any fails. */
  let troubles: string[] = [];

  beforeAll(async () => {
    sample = mkdtempSync(join(tmpdir(), "holdfast-portal-"));
    writeFileSync(join(sample, SECRET_NAME), "sealed before it leaves");
    product = await startProduct({ sample });
    browser = await launchChromium();
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await waitUntil("the demo's first snapshot in both zones", 60_000, async () => {
      await page.goto(`${product.url}/zones`);
      return page.getByText("all in both").isVisible();
    });
    await closeContext(context);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
    rmSync(sample, { recursive: true, force: true });
  });
  afterEach(async () => {
    await closeContext(context);
    expect(troubles).toEqual([]);
  });

  async function openBrowser(locale: { timezoneId: string } = { timezoneId: "Europe/London" }): Promise<void> {
    troubles = [];
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...locale });
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
  }

  /** One line of the card that says when backups are due; other cards of a page have lines of the same names. */
  function scheduleRow(name: string) {
    const card = page.locator("section").filter({ has: page.getByRole("heading", { name: "Schedule", exact: true }) });
    return card.getByRole("listitem").filter({ has: page.getByText(name, { exact: true }) });
  }

  /** Answers first, nothing that axe finds, no sideways scrolling, in both themes; never a name of a document. */
  async function inspect(): Promise<void> {
    await expectPage(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    for (const theme of THEMES) {
      await page.getByRole("button", { name: theme === "light" ? "Light" : "Dark" }).click();
      expect(await analyse(page), theme).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(await page.content()).not.toContain(SECRET_NAME);
    expect(await page.content()).not.toContain(sample);
  }

  async function goTo(place: string): Promise<void> {
    await page.getByRole("navigation", { name: "Places" }).first().getByRole("link", { name: place }).click();
    await page.waitForURL((url) => url.pathname.length > 1);
  }

  const headline = () => page.getByRole("heading", { level: 1 });

  test("staff see companies, machines, runs, snapshots and zones, and no name of a document", async () => {
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await expectPage(headline()).toHaveText("Demo Company is protected.");
    await inspect();

    await goTo("Companies");
    await expectPage(page).toHaveURL(/\/companies$/);
    await inspect();
    await page.getByRole("link", { name: "Demo Company" }).click();
    await expectPage(page).toHaveURL(new RegExp(`/companies/${product.demo.companyId}$`));
    await inspect();

    const machines = page.getByRole("region", { name: "Machines" });
    await machines.getByRole("row").nth(1).getByRole("link").click();
    await expectPage(page).toHaveURL(new RegExp(`/machines/${product.demo.machineId}$`));
    await expectPage(headline()).toContainText("is protected in both zones.");
    const snapshots = page.getByRole("region", { name: "Snapshots, newest first" });
    await expectPage(snapshots.getByText("Complete")).toBeVisible();
    await expectPage(snapshots.getByText("Files 1")).toBeVisible();
    await inspect();

    await goTo("Runs");
    await expectPage(headline()).toHaveText("The newest run ended well.");
    await inspect();
    await page.getByRole("region", { name: "Runs, newest first" }).getByRole("link").first().click();
    await expectPage(headline()).toContainText("is backed up, every document of it.");
    await inspect();

    await goTo("Zones");
    await expectPage(headline()).toHaveText("Both zones can be reached. Every snapshot is in each of them.");
    await expectPage(page.getByText("1 of 1")).toHaveCount(2);
    await inspect();
  });

  test("staff sort, search, filter and page a list of many companies, and the address keeps what they chose", async () => {
    await createCompanies(product, 104);
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await goTo("Companies");
    await expectPage(headline()).toHaveText("104 of 105 companies need you.");
    const companies = page.getByRole("region", { name: "Companies" });
    const firstName = () => companies.getByRole("row").nth(1).getByRole("link");
    await expectPage(page.getByText("what needs you first")).toBeVisible();
    await expectPage(companies.getByRole("row")).toHaveCount(101);
    await inspect();

    const byName = companies.getByRole("link", { name: "Company", exact: true });
    await byName.focus();
    await page.keyboard.press("Enter");
    await expectPage(page).toHaveURL(/\/companies\?sort=name$/);
    await expectPage(companies.getByRole("columnheader", { name: "Company" })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );
    await expectPage(firstName()).toHaveText("Client 001");
    await byName.click();
    await expectPage(page).toHaveURL(/\?sort=name&order=desc$/);
    await expectPage(page.getByText("by name, Z to A")).toBeVisible();
    await expectPage(firstName()).toHaveText("Demo Company");

    await expectPage(page.getByText("Showing 100, more follow")).toBeVisible();
    await page.getByRole("link", { name: "Next page" }).click();
    await expectPage(page.getByText("Showing 5, the last of them")).toBeVisible();
    await expectPage(firstName()).toHaveText("Client 005");
    await inspect();
    await page.getByRole("link", { name: "First page" }).click();
    await expectPage(firstName()).toHaveText("Demo Company");

    await page.getByLabel("Find a company").fill("CLIENT 04");
    await expectPage(page).toHaveURL(/q=CLIENT\+04$/);
    await expectPage(companies.getByRole("row")).toHaveCount(11);
    await page.getByRole("link", { name: "Show State: Protected" }).click();
    await expectPage(page.getByText("No companies fit this")).toBeVisible();
    await inspect();
    await page.getByRole("link", { name: "Drop the search for “CLIENT 04”" }).click();
    await expectPage(companies.getByRole("row")).toHaveCount(2);
    await expectPage(page).toHaveURL(/\?sort=name&order=desc&state=protected$/);
    await page.reload();
    await expectPage(firstName()).toHaveText("Demo Company");
    await page.goBack();
    await expectPage(page.getByText("No companies fit this")).toBeVisible();
  });

  test("by keyboard alone: staff sign in, search, sort and page the companies, open a machine and a run", async () => {
    await openBrowser();
    await page.goto(`${product.url}/`);
    const keyboard = new Keyboard(page);
    await keyboard.goTo(page.getByLabel("E-mail"));
    await keyboard.type(product.demo.staff.email);
    await keyboard.press("Tab");
    await keyboard.type(product.demo.staff.password);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/overview");
    const places = page.getByRole("navigation", { name: "Places" }).first();
    await keyboard.open(places.getByRole("link", { name: "Companies" }));
    const companies = page.getByRole("region", { name: "Companies" });
    await expectPage(companies.getByRole("row")).toHaveCount(101);

    await keyboard.open(companies.getByRole("link", { name: "Company", exact: true }));
    await expectPage(page).toHaveURL(/\/companies\?sort=name$/);
    await keyboard.expectFocus();
    await keyboard.open(page.getByRole("link", { name: "Next page" }));
    await expectPage(page.getByText("Showing 5, the last of them")).toBeVisible();

    const search = page.getByLabel("Find a company");
    await keyboard.goTo(search, "Shift+Tab");
    await keyboard.type("DEMO");
    await expectPage(companies.getByRole("row")).toHaveCount(2);
    await keyboard.open(companies.getByRole("link", { name: "Demo Company" }));
    await expectPage(page).toHaveURL(new RegExp(`/companies/${product.demo.companyId}$`));
    await keyboard.open(page.getByRole("region", { name: "Machines" }).getByRole("row").nth(1).getByRole("link"));
    await expectPage(page).toHaveURL(new RegExp(`/machines/${product.demo.machineId}$`));
    await expectPage(headline()).toContainText("is protected in both zones.");

    await keyboard.open(places.getByRole("link", { name: "Runs" }));
    await expectPage(headline()).toHaveText("The newest run ended well.");
    await keyboard.open(page.getByRole("region", { name: "Runs, newest first" }).getByRole("link").first());
    await expectPage(headline()).toContainText("is backed up, every document of it.");
  });

  test("machines, people, runs and watermarks are lists of the same kind, on a phone too", async () => {
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    const company = `/companies/${product.demo.companyId}`;
    await spoilManifest(product);
    for (const [path, row] of [
      ["/machines?q=demo&state=protected", "Demo Company"],
      ["/people?kind=member", product.demo.owner.email],
      ["/runs?q=demo&state=complete", "Files 1"],
      ["/zones?q=demo", "all in both"],
      [`${company}?sort=lastSnapshot&order=desc`, "1 source"],
      [`${company}/people`, "holds the keys"],
      [`${company}/runs`, "Files 1"],
      ["/zones/findings?state=healed", "1 snapshot"],
    ] as const) {
      await page.goto(product.url + path);
      await expectPage(page.getByRole("table").getByText(row).first()).toBeVisible();
      await inspect();
    }
    await page.goto(`${product.url}${company}/machines`);
    await expectPage(page).toHaveURL(new RegExp(`${company}$`));
    await page.getByRole("navigation", { name: "Company" }).getByRole("link", { name: "People" }).click();
    await expectPage(page.getByText(product.demo.owner.email)).toBeVisible();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("link", { name: "People" }).last().click();
    await expectPage(headline()).toHaveText("1 staff and 1 member can sign in.");
  });

  test("an owner sees whether the machines are safe, and every snapshot in both zones", async () => {
    await openBrowser({ timezoneId: "Asia/Tokyo" });
    await signIn(page, product.url, product.demo.owner);
    await expectPage(headline()).toContainText("is safe.");
    await expectPage(page.getByText("all in both zones")).toBeVisible();
    await expectPage(page.locator("time").first()).toHaveAttribute("title", /Asia\/Tokyo$/);
    await inspect();
    await page.getByRole("region", { name: "Machines" }).getByRole("link").first().click();
    await expectPage(page).toHaveURL(new RegExp(`/machines/${product.demo.machineId}$`));
    await expectPage(page.getByRole("region", { name: "Snapshots, newest first" }).getByText("both")).toBeVisible();
    await inspect();
  });

  test("an owner changes when a source is backed up; where a time comes from stands beside it", async () => {
    await openBrowser({ timezoneId: "Europe/Berlin" });
    await signIn(page, product.url, product.demo.owner);
    await page.goto(`${product.url}/machines/${product.demo.machineId}`);
    const source = scheduleRow("Files 1");
    const machine = scheduleRow("This machine");
    await expectPage(source).toContainText("paused");
    await machine.getByRole("button", { name: "Change the schedule of This machine" }).click();
    await machine.getByLabel("Pause.").uncheck();
    await machine.getByRole("button", { name: "Save schedule" }).click();
    await expectPage(source).toContainText("Noon and midnight, UTC");
    await expectPage(source).toContainText("from the provider's default");
    await expectPage(source.locator("time")).toHaveAttribute("title", /Europe\/Berlin$/);

    const change = () => source.getByRole("button", { name: "Change the schedule of Files 1" }).click();
    const save = () => source.getByRole("button", { name: "Save schedule" }).click();
    await change();
    await source.getByLabel("Backs up").selectOption("Own times");
    await source.getByLabel("Times, as cron").fill("0 0 30 2 *");
    await source.getByLabel("Time zone").fill("Australia/Lord_Howe");
    await inspect();
    await save();
    await expectPage(source.getByRole("alert")).toHaveText("Nothing was changed: this day never comes");
    // The browser writes each refused request into its console.
    expect(troubles.filter((text) => !text.includes("status of 400"))).toEqual([]);
    troubles = [];
    await source.getByLabel("Times, as cron").fill("30 6 * * *");
    await save();
    await expectPage(source).toContainText("30 6 * * *, Australia/Lord_Howe");
    await expectPage(source).toContainText("its own");
    await expectPage(machine).toContainText("Noon and midnight");

    await change();
    await source.getByLabel("Backs up").selectOption("As inherited");
    await source.getByLabel("Pause.").check();
    await save();
    await expectPage(source).toContainText("paused");
    await expectPage(source).toContainText("from the provider's default");
    await expectPage(source.locator("time")).toHaveCount(0);
    await inspect();
  });

  test("an owner says how long snapshots are kept, holds one and lifts it again; staff see both, and a provider's default shows through", async () => {
    await openBrowser();
    await signIn(page, product.url, product.demo.owner);
    await page.goto(`${product.url}/archive`);
    await expectPage(headline()).toHaveText("What is kept, and for how long");
    await expectPage(page.getByText("as Holdfast comes")).toBeVisible();
    await page.getByRole("button", { name: "Change the retention of All machines" }).click();
    await page.getByLabel("Of each day, in days").fill("60");
    await page.getByRole("button", { name: "Save retention" }).click();
    await expectPage(page.getByText(/then daily 60 days, weekly 13 weeks/)).toBeVisible();
    await expectPage(page.getByText("as Holdfast comes; its own")).toBeVisible();
    await inspect();

    await page.goto(`${product.url}/machines/${product.demo.machineId}`);
    await expectPage(page.getByText("from the company").first()).toBeVisible();
    await page
      .getByRole("button", { name: /^Hold snapshot/ })
      .first()
      .click();
    await page.getByLabel("Reason").fill("case 7");
    await page.getByRole("button", { name: "Place hold" }).click();
    await expectPage(page.getByText("under a hold").first()).toBeVisible();
    await inspect();

    await closeContext(context);
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await page.goto(`${product.url}/companies/${product.demo.companyId}/archive`);
    await expectPage(page.getByText("case 7")).toBeVisible();
    await page.getByRole("button", { name: /^Lift the hold/ }).click();
    await expectPage(page.getByText("Nothing is under a hold")).toBeVisible();
    await page.goto(`${product.url}/archive`);
    await expectPage(headline()).toHaveText("How long snapshots are kept");
    await inspect();
  });

  test("an owner sets the company's schedule and an admin the provider's default, and each page says whose value holds", async () => {
    const row = scheduleRow;
    const change = async (name: string, fill: () => Promise<unknown>) => {
      await row(name)
        .getByRole("button", { name: `Change the schedule of ${name}` })
        .click();
      await fill();
      await inspect();
      await row(name).getByRole("button", { name: "Save schedule" }).click();
      await expectPage(row(name).getByRole("button", { name: "Save schedule" })).toHaveCount(0);
    };
    await openBrowser();
    await signIn(page, product.url, product.demo.owner);
    await goTo("Schedule");
    await expectPage(headline()).toHaveText("Every machine is backed up by itself. Noon and midnight, UTC.");
    await expectPage(row("Provider's default").getByRole("button")).toHaveCount(0);
    await change("Whole company", async () => {
      const options = await row("Whole company").getByLabel("Backs up").getByRole("option").allTextContents();
      expect(options.slice(0, 2)).toEqual(["As inherited", "Noon and midnight"]);
      await row("Whole company").getByLabel("Backs up").selectOption("Every night at 02:00");
      await row("Whole company").getByLabel("Time zone").fill("Europe/Berlin");
      await row("Whole company").getByLabel("A start that was missed is").selectOption("not caught up");
      await row("Whole company").getByLabel("May begin").selectOption("Own hours");
      for (const day of ["Sat", "Sun"]) await row("Whole company").getByLabel(day).uncheck();
      await row("Whole company").getByLabel("End what still runs").check();
      await row("Whole company").getByLabel("Bandwidth", { exact: true }).selectOption("Limited, by day and hour");
      await row("Whole company").getByRole("button", { name: "Add a limit" }).click();
      await row("Whole company").getByRole("button", { name: "Add a limit" }).click();
      await row("Whole company").getByRole("button", { name: "Remove Limit 2" }).click();
      await expectPage(row("Whole company").getByLabel("Bandwidth", { exact: true })).toBeFocused();
      const limit = (name: string) => row("Whole company").getByRole("group", { name, exact: true });
      await limit("Limit 1").getByLabel("At most, in Mbit/s").fill("5");
      await limit("Limit 2").getByLabel("In these hours").selectOption("At any hour");
      await limit("Limit 2").getByLabel("At most, in Mbit/s").fill("20");
    });
    await expectPage(headline()).toHaveText(
      "Every machine is backed up by itself. Every night at 02:00, Europe/Berlin.",
    );
    await page.goto(`${product.url}/machines/${product.demo.machineId}`);
    await expectPage(row("This machine")).toContainText("Every night at 02:00, Europe/Berlinfrom the company");
    await expectPage(row("This machine")).toContainText("not caught up (from the company)");
    await expectPage(row("This machine")).toContainText("60 of 168 hours a week, ended after them (from the company)");
    await expectPage(row("This machine")).toContainText(
      "all machines together at most 5 Mbit/s Monday to Friday, 08:00 to 18:00, and 20 Mbit/s at any hour (from the company)",
    );
    await row("This machine").getByRole("button", { name: "Change the schedule of This machine" }).click();
    await expectPage(row("This machine").getByLabel("May begin")).toHaveCount(1);
    await expectPage(row("This machine").getByLabel("Bandwidth", { exact: true })).toHaveCount(0);
    await closeContext(context);

    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await goTo("Schedule");
    await expectPage(headline()).toHaveText("Every company is backed up by itself. Noon and midnight, UTC.");
    await change("Provider's default", async () => {
      await row("Provider's default").getByLabel("When it is due, it").selectOption("begins within 30 min");
      await row("Provider's default").getByLabel("Bandwidth", { exact: true }).selectOption("Limited, by day and hour");
      await row("Provider's default").getByLabel("In these hours").selectOption("At any hour");
      await row("Provider's default").getByLabel("At most, in Mbit/s").fill("800");
    });
    await expectPage(row("Provider's default")).toContainText("begins within 30 min (the default)");
    await expectPage(row("Provider's default")).toContainText("at most 800 Mbit/s at any hour (the default)");
    await page.goto(`${product.url}/companies/${product.demo.companyId}/schedule`);
    await expectPage(row("Whole company")).toContainText("begins within 30 min (from the provider's default)");
    await expectPage(row("Whole company")).toContainText("not caught up (its own)");
    await change("Whole company", async () => {
      await row("Whole company").getByLabel("Backs up").selectOption("As inherited");
      await row("Whole company").getByLabel("A start that was missed is").selectOption({ index: 0 });
      await row("Whole company").getByLabel("May begin").selectOption("Nights, 18:00 to 06:00");
      await row("Whole company").getByLabel("Bandwidth", { exact: true }).selectOption("As inherited");
    });
    await expectPage(row("Whole company")).toContainText("Noon and midnight, UTCfrom the provider's default");
    await expectPage(row("Whole company")).toContainText("caught up for 1 d (from the provider's default)");
    await expectPage(row("Whole company")).toContainText("nights, 18:00 to 06:00, ended after them (its own)");
    await expectPage(row("Whole company")).toContainText("800 Mbit/s at any hour (from the provider's default)");
  });

  test("an admin makes a policy and gives it to a company: what it sets holds there, is said to come from it, and ends with it", async () => {
    const { companyId, machineId } = product.demo;
    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await goTo("Policies");
    await expectPage(headline()).toHaveText("There is no policy yet.");
    await page.getByLabel("Name").fill("Gold");
    await page.getByRole("button", { name: "Create policy" }).click();
    await expectPage(headline()).toHaveText("1 policy holds for no company yet.");
    await page.getByLabel("Name").fill("gold");
    await page.getByRole("button", { name: "Create policy" }).click();
    await expectPage(page.getByRole("alert").first()).toContainText('there is a policy "gold" already');
    expect(troubles.filter((text) => !text.includes("status of 409"))).toEqual([]);
    troubles = [];
    await inspect();
    await page.getByRole("link", { name: "Gold" }).click();
    const policy = scheduleRow("Policy Gold");
    await policy.getByRole("button", { name: "Change the schedule of Policy Gold" }).click();
    await policy.getByLabel("Backs up").selectOption("Every hour");
    await policy.getByRole("button", { name: "Save schedule" }).click();
    await expectPage(headline()).toHaveText(
      "Every company with the policy Gold is backed up by itself. Every hour, UTC.",
    );
    await page.getByRole("button", { name: "Change the retention of Policy Gold" }).click();
    await page.getByLabel("Frozen after, in days").fill("5");
    await page.getByRole("button", { name: "Save retention" }).click();
    await expectPage(page.getByText(/^Frozen after 5 days; then daily 35 days/)).toBeVisible();
    await inspect();

    await page.goto(`${product.url}/companies/${companyId}/schedule`);
    await page.getByLabel("Change to").selectOption("Gold");
    await page.getByRole("button", { name: "Save policy" }).click();
    await expectPage(scheduleRow("Whole company")).toContainText("Every hour, UTCfrom the policy");
    await expectPage(scheduleRow("Policy Gold").getByRole("button")).toHaveCount(0);
    await inspect();
    await page.goto(`${product.url}/companies/${companyId}/archive`);
    await expectPage(page.getByText(/^Frozen after 5 days; then daily 60 days/)).toBeVisible();
    await expectPage(page.getByText("from the policy; its own; as Holdfast comes")).toBeVisible();
    await inspect();
    await page.goto(`${product.url}/companies/${companyId}/machines/${machineId}`);
    await expectPage(scheduleRow("This machine")).toContainText("Every hour, UTCfrom the policy");
    await expectPage(page.getByText(/^from the policy; from the company;/).first()).toBeVisible();
    await scheduleRow("Policy Gold").getByRole("link").click();
    await expectPage(page.getByRole("button", { name: "Remove policy" })).toBeDisabled();
    await expectPage(page.getByRole("link", { name: "Demo Company" })).toBeVisible();
    await closeContext(context);

    await openBrowser();
    await signIn(page, product.url, product.demo.owner);
    await goTo("Schedule");
    await expectPage(headline()).toHaveText("Every machine is backed up by itself. Every hour, UTC.");
    await expectPage(scheduleRow("Policy Gold").getByRole("link")).toHaveCount(0);
    await expectPage(page.getByRole("button", { name: "Save policy" })).toHaveCount(0);
    await inspect();
    await closeContext(context);

    await openBrowser();
    await signIn(page, product.url, product.demo.staff);
    await page.goto(`${product.url}/companies/${companyId}/archive`);
    await page.getByLabel("Change to").selectOption("None: the provider's default");
    await page.getByRole("button", { name: "Save policy" }).click();
    await expectPage(page.getByText(/^Frozen after 14 days; then daily 60 days/)).toBeVisible();
    await goTo("Policies");
    await page.getByRole("link", { name: "Gold" }).click();
    await page.getByRole("button", { name: "Remove policy" }).click();
    await expectPage(headline()).toHaveText("There is no policy yet.");
  });

  test("signing out ends the session, for a copy of the cookie too", async () => {
    await openBrowser();
    await signIn(page, product.demo.portalUrl, product.demo.owner);
    const cookies = await context.cookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL((url) => url.pathname === "/sign-in");
    await context.addCookies(cookies);
    await page.goto(`${product.demo.portalUrl}/home`);
    await expectPage(page).toHaveURL(/\/sign-in$/);
  });

  test("a page of staff is nothing to an owner, and a page of another company is nothing at all", async () => {
    await openBrowser();
    await signIn(page, product.url, product.demo.owner);
    const paths = [
      "/overview",
      "/companies",
      "/zones",
      "/machines/01000000-0000-7000-8000-000000000000",
      "/machines/x",
    ];
    for (const path of paths) {
      await page.goto(product.url + path);
      await expectPage(headline()).toHaveText("There is nothing at this address.");
    }
    // Chromium reports the status of a page that it was sent to; nothing else may be wrong with these pages.
    troubles = troubles.filter((trouble) => !trouble.includes("404 (Not Found)"));
  });

  test("a wrong password is refused in words, and the visitor stays out", async () => {
    await openBrowser();
    await page.goto(`${product.url}/home`);
    await expectPage(page).toHaveURL(/\/sign-in$/);
    await page.getByLabel("E-mail").fill(product.demo.owner.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expectPage(page.getByRole("alert").first()).toContainText("do not belong together");
    await page.goto(`${product.url}/home`);
    await expectPage(page).toHaveURL(/\/sign-in$/);
    troubles = troubles.filter((trouble) => !trouble.includes("401 (Unauthorized)"));
  });

  test("pages run no script and show in no frame but their own", async () => {
    const response = await fetch(`${product.url}/sign-in`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'nonce-[^']+' 'strict-dynamic'(;|$)/);
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });
});
