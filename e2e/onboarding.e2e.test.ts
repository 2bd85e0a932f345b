import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeWords } from "../engine/primitives/words.ts";
import { openMember } from "../server/api/client/open-member.ts";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { clientStatePath, filePins } from "../server/commands/owner/client-state.ts";
import { nodeKeyTools } from "../server/commands/owner/owner-session.ts";
import { analyse } from "./axe.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { expectCommand, restoreCodes } from "./product.ts";
import { type BareProduct, startBareProduct } from "./testing-bare.ts";
import { findLeaks, formsOfBytes, formsOfText } from "./testing-spy.ts";

const STAFF = { email: "first@harbour.example", password: "a long staff password" };
const OWNER = { email: "owner@brightwater.example", password: "a long owner password" };
const COMPANY = "Brightwater";

describe.skipIf(chromiumPath === null)("from a bare start to a protected machine", () => {
  let product: BareProduct;
  let browser: Browser;
  let staff: { context: BrowserContext; page: Page };
  let owner: { context: BrowserContext; page: Page };
  const troubles: string[] = [];
  /** What must never reach the server, by what it is. */
  const secrets = new Map<string, Buffer[]>();
  let invitation = "";
  let passphrase = "";
  let recoveryWords = "";

  beforeAll(async () => {
    product = await startBareProduct();
    browser = await launchChromium();
    staff = await openBrowser();
    owner = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
  });

  async function openBrowser(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(`${page.url()} ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`${page.url()} ${error.message}`));
    // "Leave this page?": the test means it.
    page.on("dialog", (dialog) => void dialog.accept());
    return { context, page };
  }

  const headline = (page: Page) => page.getByRole("heading", { level: 1 });

  /** Nothing that axe finds and no sideways scrolling, in both themes, wide and narrow. */
  async function inspect(page: Page): Promise<void> {
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await analyse(page), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(overflow).toBeLessThanOrEqual(0);
  }

  function keep(what: string, ...texts: readonly string[]): void {
    secrets.set(what, texts.flatMap(formsOfText));
  }

  /** A link's secret as it stands in the address, and as bytes. */
  function keepLink(what: string, link: string): void {
    const text = link.split("#")[1] ?? "";
    secrets.set(what, [...formsOfText(text), ...formsOfBytes(Buffer.from(text, "base64url"))]);
  }

  test("whoever has the code makes the first account; nobody else does", async () => {
    const { page } = staff;
    await page.goto(`${product.url}/`);
    await expectPage(page).toHaveURL(/\/first-run$/);
    await expectPage(page.getByText("It stands in the terminal where Holdfast was started.")).toBeVisible();
    await inspect(page);
    await fillFirstRun(page);
    await page.getByLabel("Setup code").fill("guessed");
    await page.getByRole("button", { name: "Make the first account" }).click();
    await expectPage(page.getByText("This is not the setup code.")).toBeVisible();
    // The browser logs the refusal of that request by itself.
    expect(troubles.splice(0).filter((trouble) => !trouble.includes("403"))).toEqual([]);

    await page.goto("about:blank");
    await page.goto(product.setupUrl);
    await expectPage(page.getByLabel("Setup code")).toHaveCount(0);
    await inspect(page);
    await fillFirstRun(page);
    await page.getByRole("button", { name: "Make the first account" }).click();
    await page.waitForURL(/\/companies$/);
    await expectPage(headline(page)).toHaveText("No company yet.");
    await page.goto(product.setupUrl);
    await expectPage(page).not.toHaveURL(/first-run/);
  });

  async function fillFirstRun(page: Page): Promise<void> {
    await page.getByLabel("Provider's name").fill("Harbour IT");
    await page.getByLabel("Your e-mail").fill(STAFF.email);
    await page.getByLabel("Password").fill(STAFF.password);
  }

  test("staff create a company, and get its owner's link once; a new link replaces it", async () => {
    const { page } = staff;
    await page.goto(`${product.url}/companies`);
    await page.getByRole("link", { name: "Create company" }).click();
    await page.getByLabel("Company's name").fill(COMPANY);
    await page.getByLabel("Owner's e-mail").fill("mistyped@brightwater.example");
    await page.getByRole("button", { name: "Create company" }).click();
    const lost = await page.getByLabel("Invitation link").inputValue();
    keepLink("the first invitation's secret", lost);
    expect(lost).toMatch(new RegExp(`^${product.url}/join/[0-9a-f-]{36}#[A-Za-z0-9_-]{43}$`));
    await inspect(page);

    await page.getByRole("link", { name: "Go to the company" }).click();
    await expectPage(page.getByText("mistyped@brightwater.example has a link that works once")).toBeVisible();
    await inspect(page);
    await page.getByLabel("Owner's e-mail").fill(OWNER.email);
    await page.getByRole("button", { name: "New link" }).click();
    invitation = await page.getByLabel("Invitation link").inputValue();
    keepLink("the invitation's secret", invitation);
    await page.goto(`${product.url}/companies`);
    await expectPage(page.getByText("Invited")).toBeVisible();

    const { page: other } = owner;
    await other.goto(lost);
    await expectPage(headline(other)).toHaveText("This invitation is not valid.");
    await other.goto(invitation.slice(0, -20));
    await expectPage(headline(other)).toHaveText("This link is not whole.");
    expect(troubles.splice(0).filter((trouble) => !trouble.includes("403"))).toEqual([]);
    await inspect(other);
  });

  test("the owner makes the keys: nothing goes on or out before words and recovery key are confirmed", async () => {
    const { page } = owner;
    await page.goto(invitation);
    await expectPage(headline(page)).toHaveText(`Make the keys of ${COMPANY}.`);
    await inspect(page);
    await makeKeys(page);
    const abandoned = await wordsOf(page, "Passphrase");
    expect(abandoned).toHaveLength(6);
    await inspect(page);

    // A reload forgets these keys: the words that come then are others.
    await page.reload();
    await expectPage(page.getByLabel("Login password", { exact: true })).toHaveValue("");
    await makeKeys(page);
    const words = await wordsOf(page, "Passphrase");
    expect(words).not.toEqual(abandoned);
    passphrase = words.join("-");

    await page.getByRole("button", { name: "I have written them down" }).click();
    await answer(page, abandoned, "These are the words");
    await expectPage(page.getByText("That is another word.").first()).toBeVisible();
    await inspect(page);
    await answer(page, words, "These are the words");

    const recovery = await wordsOf(page, "Recovery key");
    expect(recovery).toHaveLength(24);
    recoveryWords = recovery.join(" ");
    await inspect(page);
    const goOn = page.getByRole("button", { name: "Go on" });
    await expectPage(goOn).toBeDisabled();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as a text file" }).click(),
    ]);
    await download.saveAs(join(product.folder, "recovery.txt"));
    await goOn.click();
    const sentBefore = product.spy.captured.length;
    await answer(page, [...recovery].reverse(), "Confirm, and hand over what is sealed");
    await expectPage(page.getByText("That is another word.").first()).toBeVisible();
    expect(product.spy.captured.slice(sentBefore).join("")).not.toContain("invitations.accept");
    expect(product.spy.captured.join("")).not.toContain("invitations.accept");
    await answer(page, recovery, "Confirm, and hand over what is sealed");
    await expectPage(page.getByRole("heading", { name: "The keys are made. Let the first machine in." })).toBeVisible();
    expect(page.url()).not.toContain(invitation.split("#")[1]);
    await inspect(page);
  });

  async function makeKeys(page: Page): Promise<void> {
    await page.getByLabel("Login password", { exact: true }).fill(OWNER.password);
    await page.getByLabel("Login password again").fill(OWNER.password);
    await page.getByRole("button", { name: "Make the keys here" }).click();
    await page.getByRole("list", { name: "Passphrase" }).waitFor();
  }

  async function wordsOf(page: Page, label: string): Promise<string[]> {
    const items = page.getByRole("list", { name: label }).getByRole("listitem");
    await items.first().waitFor();
    return (await items.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, "").trim());
  }

  /** Types the words that are asked for, as they stand in `words`. */
  async function answer(page: Page, words: readonly string[], button: string): Promise<void> {
    for (const field of await page.getByRole("textbox", { name: /^Word \d+$/ }).all()) {
      const number = Number(
        /\d+/.exec(
          (await field.evaluate(
            (input) => input.id && document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.textContent,
          )) ?? "",
        )?.[0],
      );
      await field.fill(words[number - 1] ?? "");
    }
    await page.getByRole("button", { name: button }).click();
  }

  test("the shown command lets the first machine in, and the page follows it to its first snapshot", async () => {
    const { page } = owner;
    await addMachine(page, "front-desk");
    await page.getByRole("link", { name: "Later: go to the first page" }).click();
    await page.waitForURL(/\/home$/);
    await expectPage(headline(page)).toHaveText("front-desk is safe.");
    await page.goto(`${product.url}/machines`);
    await expectPage(page.getByRole("region", { name: "Machines" }).getByText("Protected")).toBeVisible();
  });

  /** Makes a link on the page, runs the shown commands as somebody on the machine would, and waits for the page to say so. */
  async function addMachine(page: Page, name: string): Promise<void> {
    await page.getByLabel("Machine's name").fill(name);
    await page.getByRole("button", { name: "Make the link" }).click();
    const command = await page.locator("code", { hasText: /^holdfast agent enrol/ }).innerText();
    const [, link = ""] = /^holdfast agent enrol '([^']+)'$/.exec(command) ?? [];
    keepLink(`the secret of ${name}'s link`, link);
    // e2e/install.e2e.test.ts pastes it on a machine that has nothing else.
    const line = page.locator("code", { hasText: "sha256sum" });
    await expectPage(line).toContainText(`printf '%s\\n' '${link}' | sh -c`, { timeout: 60_000 });
    const status = page.getByRole("status").filter({ hasText: /machine|backup|snapshot|enrolled/ });
    await expectPage(status).toContainText("Waiting for the machine");
    await inspect(page);
    const state = join(product.folder, `agent-${name}`);
    await expectCommand(["agent", "enrol", link, "--state", state, "--json"]);
    await expectPage(status).toContainText(`${name} is enrolled.`);
    const documents = join(product.folder, `documents-${name}`);
    mkdirSync(documents);
    writeFileSync(join(documents, "ledger.txt"), `the ledger of ${name}`);
    await expectCommand(["agent", "backup", documents, "--state", state, "--json"], {}, restoreCodes);
    await expectPage(status).toContainText(`${name} has its first snapshot.`);
    await inspect(page);
  }

  test("later machines follow from the machines page, behind the lock", async () => {
    const { page } = owner;
    await page.goto(`${product.url}/machines`);
    await page.getByRole("link", { name: "Add a machine" }).click();
    await page.getByLabel(`Passphrase of ${OWNER.email}`).fill(passphrase);
    await page.getByRole("button", { name: "Unlock" }).click();
    await expectPage(headline(page)).toHaveText("Add a machine.");
    await addMachine(page, "back-office");
  });

  test("an enrolment link that is opened in a browser says what to do with it, and stays unused", async () => {
    const { page } = staff;
    const link = `${product.url}/enrol/019ac0de-0000-7000-8000-000000000001#${"A".repeat(43)}`;
    await page.goto(link);
    await expectPage(headline(page)).toHaveText("This link is for a machine, not for a browser.");
    await expectPage(page.locator("code", { hasText: /^holdfast/ })).toHaveText(`holdfast agent enrol '${link}'`);
    await expectPage(page.locator("code", { hasText: "sha256sum" })).toContainText(link);
    await inspect(page);
  });

  test("passphrase, recovery words, links and keys never left the browser", async () => {
    const client = createPortalClient({ portalUrl: product.url });
    const { sessionToken, viewer } = await client.session.create.mutate(OWNER);
    if (viewer.kind !== "member") throw new Error("the owner is a member");
    const opened = await openMember(
      {
        client: createPortalClient({ portalUrl: product.url, sessionToken }),
        viewer,
        tools: nodeKeyTools,
        pins: filePins(clientStatePath({ HOLDFAST_CLIENT_STATE: join(product.folder, "client.json") })),
      },
      { kind: "passphrase", passphrase },
    );
    const { root, companySecrets, chunkIdKeys, memberKeys } = opened.owner;
    const keys = {
      "recovery key": decodeWords(recoveryWords),
      "root seed": root?.seed,
      "company secret": companySecrets.get(1)?.seed,
      "chunk-id key": chunkIdKeys.get(0),
      "member's box key": memberKeys?.box.secretKey,
      "member's sign key": memberKeys?.sign.secretKey.slice(0, 32),
    };
    for (const [what, key] of Object.entries(keys)) {
      if (key === undefined) throw new Error(`there is no ${what}`);
      secrets.set(what, formsOfBytes(key));
    }
    keep("passphrase", passphrase, passphrase.replaceAll("-", " "));
    const words = recoveryWords.split(" ");
    keep("recovery words", ...words.map((_, at) => words.slice(at, at + 3).join(" ")).slice(0, -2));

    const { captured } = product.spy;
    expect(captured.length).toBeGreaterThan(100);
    // The search finds what did reach the server: the login password, and what the link's secret was hashed to.
    const sent = new Map([["password", formsOfText(OWNER.password)]]);
    expect(captured.flatMap((bytes) => findLeaks(sent, "a request", bytes)).length).toBeGreaterThan(0);
    expect(captured.flatMap((bytes, at) => findLeaks(secrets, `request ${at}`, bytes))).toEqual([]);
  });

  test("no page complained in the browser's console", () => {
    expect(troubles).toEqual([]);
  });
});
