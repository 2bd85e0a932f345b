import { expect as expectPage, type Page } from "@playwright/test";
import type { Sight } from "./sight.ts";
import { seeRestore } from "./sights-restore.ts";
import { signIn } from "./sign-in.ts";

interface VaultScene {
  readonly url: string;
  readonly owner: { readonly email: string; readonly password: string; readonly passphrase: string };
  /** The machine whose first source is opened; absent where there is only one. */
  readonly machine?: string;
  /** Folders to open below the first one that has a choice. */
  readonly folders: readonly string[];
  /** A document with several versions, in the last of these folders. */
  readonly document: string;
  /** Another one for the basket, beside it. */
  readonly other: string;
  /** Where a restore is held, so that it can be looked at. */
  readonly heldAtPercent: number;
}

interface Seen extends VaultScene {
  readonly sight: Sight;
  readonly page: Page;
}

const headline = (page: Page) => page.getByRole("heading", { level: 1 });
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });
const leave = (page: Page) => page.keyboard.press("Escape");

/** Every screen of the vault with one unlock, from the locked door to the receipt. */
export async function seeVault(sight: Sight, page: Page, scene: VaultScene): Promise<void> {
  const seen = { ...scene, sight, page };
  await signIn(page, scene.url, scene.owner);
  await seeLocked(seen);
  await seeFolders(seen);
  await seeDocument(seen);
  await seeSearch(seen);
  await seeMoment(seen);
  await seeBasket(seen);
  await seeTroubles(seen);
}

async function openSource({ page, url, machine }: Seen): Promise<void> {
  await page.goto(`${url}/vault/#/`);
  const sources = page.getByRole("region", { name: "Sources as of this moment" });
  const line = sources
    .getByRole("row")
    .filter({ has: page.getByRole("link", machine === undefined ? {} : { name: machine }) });
  await line.first().getByRole("link").nth(1).click();
  await page.waitForURL(/#\/m\/.+/);
}

async function seeLocked(seen: Seen): Promise<void> {
  const { sight, page, url, owner } = seen;
  await page.goto(`${url}/vault/`);
  await page.getByRole("region", { name: "Sources as of this moment" }).waitFor();
  await sight.see(page, "vault-company-locked");
  await openSource(seen);
  await page.getByRole("heading", { name: "Sealed" }).waitFor();
  await sight.see(page, "vault-locked");
  await page.getByRole("button", { name: "Use the recovery key" }).click();
  await sight.see(page, "vault-locked-recovery");
  await page.getByRole("button", { name: "Use the passphrase" }).click();
  await page.getByLabel(/^Passphrase of/).fill("not these words at all");
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByText("That passphrase does not open this key.").waitFor({ timeout: 60_000 });
  await sight.see(page, "vault-refused");
  await page.getByLabel(/^Passphrase of/).fill(owner.passphrase);
  await page.getByRole("button", { name: "Unlock", exact: true }).click();
  await page.getByText("Opened in this browser only").waitFor({ timeout: 60_000 });
}

async function seeFolders({ sight, page, folders, document }: Seen): Promise<void> {
  const grid = page.getByRole("grid", { name: "Entries of this folder" });
  for (;;) {
    await grid.waitFor();
    const count = Number(await grid.getAttribute("aria-rowcount")) - 1;
    if (count > 1 || (await row(page, folders[0] ?? document).isVisible())) break;
    const address = page.url();
    await grid.getByRole("row").nth(1).click();
    await page.waitForURL((next) => next.href !== address);
    await page.waitForTimeout(300);
  }
  for (const name of folders) await row(page, name).first().click();
  await row(page, document).first().waitFor();
  await sight.see(page, "vault-folder");
  await page.getByRole("button", { name: /^Unlocked/ }).click();
  await sight.see(page, "vault-lock-menu");
  await leave(page);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await sight.see(page, "vault-keys");
  await leave(page);
  await page.getByRole("button", { name: "Pick a time" }).click();
  await sight.see(page, "vault-pick-a-time");
  await leave(page);
}

async function seeDocument({ sight, page, document, other }: Seen): Promise<void> {
  for (const name of [document, other]) await row(page, name).first().getByRole("checkbox").check();
  await row(page, document).first().click();
  await page.getByRole("region", { name: "Versions" }).getByText("shown here").waitFor();
  await page.frameLocator("iframe").first().locator("img, pre").waitFor();
  await sight.see(page, "vault-document");
  await page.getByRole("button", { name: "Open larger" }).click();
  await page.frameLocator("iframe").first().locator("img, pre").waitFor();
  await sight.see(page, "vault-document-larger");
  await leave(page);
  const versions = page.getByRole("region", { name: "Versions" });
  await versions.getByRole("button").nth(1).click();
  await expectPage(versions.getByRole("button").nth(1)).toHaveAttribute("aria-current", "true");
  await page.frameLocator("iframe").first().locator("img, pre").waitFor();
  await sight.see(page, "vault-version");
  await row(page, other).first().click();
  await page.getByRole("heading", { name: other }).waitFor();
  await page.frameLocator("iframe").first().locator("img, pre").waitFor();
  await sight.see(page, "vault-text");
}

async function seeSearch({ sight, page, document }: Seen): Promise<void> {
  await page.getByRole("button", { name: "Close the document" }).click();
  const field = page.getByRole("searchbox");
  await field.fill(document.slice(0, 3).toLowerCase());
  await page.getByRole("list", { name: "Documents found" }).getByRole("button").first().waitFor();
  await sight.see(page, "vault-search");
  await field.fill("nothing of this name");
  await page.getByText("Nothing found").waitFor();
  await sight.see(page, "vault-search-nothing");
  await field.fill("");
}

async function seeMoment({ sight, page, url }: Seen): Promise<void> {
  await page.goto(`${url}/vault/#/`);
  const sources = page.getByRole("region", { name: "Sources as of this moment" });
  await sources.waitFor();
  await sight.see(page, "vault-company");
  await sources.getByRole("link").first().click();
  await page.waitForURL(/#\/m\/[^/]+$/);
  await sources.waitFor();
  await sight.see(page, "vault-machine");
  await page.goto(`${url}/vault/#/`);
  await page.getByRole("slider", { name: "Snapshot shown" }).press("Home");
  await page.waitForURL(/#\/.+/);
  await sight.see(page, "vault-company-earlier");
  await page.getByRole("button", { name: "Restore the company" }).click();
  await page.getByRole("heading", { name: "The plan" }).waitFor();
  await sight.see(page, "vault-company-restore");
  await leave(page);
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

async function seeBasket(seen: Seen): Promise<void> {
  const { sight, page, url } = seen;
  await page.goto(`${url}/vault/#/basket`);
  await expectPage(headline(page)).toContainText("2 documents in the basket.");
  await sight.see(page, "vault-basket");
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await page.getByRole("heading", { name: "The plan" }).waitFor();
  await sight.see(page, "vault-take");
  await page.getByRole("radio", { name: /^With the command line/ }).check();
  await sight.see(page, "vault-take-command");
  await leave(page);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await seeRestore(seen);
  await page.goto(`${url}/vault/#/basket`);
  await page.getByRole("button", { name: "Empty" }).click();
  await sight.see(page, "vault-basket-empty");
}

async function seeTroubles(seen: Seen): Promise<void> {
  const { sight, page, url } = seen;
  await page.goto(`${url}/vault/#/nowhere/at/all`);
  await page.getByText("There is nothing at this address.").waitFor();
  await sight.see(page, "vault-nowhere");
  await page.goto(`${url}/vault/#/restore/019ac0de-0000-7000-8000-000000000001`);
  await page.getByText("This restore is not in this tab.").waitFor();
  await sight.see(page, "vault-restore-elsewhere");
  await page.goto(`${url}/vault/#/enrol`);
  await expectPage(headline(page)).toHaveText("Add a machine.");
  await sight.see(page, "vault-enrol");
  const home = await page.context().newPage();
  await home.goto(`${url}/home`);
  await home.getByRole("link", { name: /locks in/ }).waitFor();
  await sight.see(home, "company-home-unlocked");
  await home.close();
  await page.keyboard.press("Shift+L");
  await page.getByRole("button", { name: "Unlock", exact: true }).waitFor();
  await sight.see(page, "vault-page-locked");
}
