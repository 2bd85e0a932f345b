import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { expectCommand, restoreCodes } from "./product.ts";
import type { SampleCompany } from "./sample-company.ts";
import type { Sight } from "./sight.ts";
import type { BareProduct } from "./testing-bare.ts";

interface Login {
  readonly email: string;
  readonly password: string;
}

/** What came of a first run: who can sign in, and a machine that was let in. */
export interface Office {
  readonly product: BareProduct;
  readonly staff: Login;
  readonly owner: Login & { readonly passphrase: string };
  readonly companyId: string;
  /** State folder of the agent of "files-01". */
  readonly firstAgent: string;
}

interface Seen {
  readonly sight: Sight;
  readonly page: Page;
  readonly product: BareProduct;
}

const STAFF: Login = { email: "it@northgate.example", password: "a long staff password" };
const OWNER: Login = { email: "ines@brightwater.example", password: "a long owner password" };

/** From a start without anything to a company whose first machine is safe, as people do it in the browser. */
export async function seeOnboarding(
  sight: Sight,
  browser: Browser,
  product: BareProduct,
  sample: SampleCompany,
): Promise<Office> {
  const open = async () => {
    const context = await browser.newContext({ timezoneId: "Europe/London", acceptDownloads: true });
    const page = await context.newPage();
    // "Leave this page?": whoever looks means it.
    page.on("dialog", (dialog) => void dialog.accept());
    return page;
  };
  const staffPage = await open();
  const { invitation, companyId } = await seeFirstRun({ sight, page: staffPage, product });
  const ownerPage = await open();
  const seen = { sight, page: ownerPage, product };
  const passphrase = await seeKeys(seen, invitation);
  const firstAgent = await seeFirstMachine(seen, sample);
  await staffPage.context().close();
  await ownerPage.context().close();
  return { product, staff: STAFF, owner: { ...OWNER, passphrase }, companyId, firstAgent };
}

/** The first account of the provider, its first company, and the owner's invitation. */
async function seeFirstRun(seen: Seen): Promise<{ invitation: string; companyId: string }> {
  const { sight, page, product } = seen;
  await page.goto(`${product.url}/first-run`);
  await page.getByText("It stands in the terminal where Holdfast was started.").waitFor();
  await sight.see(page, "first-run-without-code");
  await page.goto("about:blank");
  await page.goto(product.setupUrl);
  await page.getByLabel("Provider's name").fill("Northgate IT");
  await page.getByLabel("Your e-mail").fill(STAFF.email);
  await page.getByLabel("Password").fill(STAFF.password);
  await sight.see(page, "first-run");
  await page.getByRole("button", { name: "Make the first account" }).click();
  await page.waitForURL(/\/companies$/);
  await sight.see(page, "companies-none");
  for (const place of ["machines", "runs", "overview"]) {
    await page.goto(`${product.url}/${place}`);
    await sight.see(page, `${place}-none`);
  }
  await page.goto(`${product.url}/companies`);
  await page.getByRole("link", { name: "Create company" }).click();
  await page.getByLabel("Company's name").fill("Brightwater");
  await page.getByLabel("Owner's e-mail").fill(OWNER.email);
  await sight.see(page, "create-company");
  await page.getByRole("button", { name: "Create company" }).click();
  const invitation = await page.getByLabel("Invitation link").inputValue();
  await sight.see(page, "invitation");
  await page.getByRole("link", { name: "Go to the company" }).click();
  await page.getByText("has a link that works once").waitFor();
  await sight.see(page, "company-invited");
  return { invitation, companyId: new URL(page.url()).pathname.split("/").at(-1) ?? "" };
}

/** The owner's keys: made, written down, asked back, handed over. Resolves with the passphrase. */
async function seeKeys(seen: Seen, invitation: string): Promise<string> {
  const { sight, page, product } = seen;
  await page.goto(invitation.slice(0, -20));
  await page.getByRole("heading", { name: "This link is not whole." }).waitFor();
  await sight.see(page, "onboard-cut-link");
  await page.goto("about:blank");
  await page.goto(invitation);
  await page.getByLabel("Login password", { exact: true }).fill(OWNER.password);
  await page.getByLabel("Login password again").fill(OWNER.password);
  await sight.see(page, "onboard-keys");
  await page.getByRole("button", { name: "Make the keys here" }).click();
  const words = await wordsOf(page, "Passphrase");
  await sight.see(page, "onboard-words");
  await page.getByRole("button", { name: "Choose my own instead" }).click();
  await sight.see(page, "onboard-own-passphrase");
  await page.getByRole("button", { name: "Keep the six words" }).click();
  await page.getByRole("button", { name: "I have written them down" }).click();
  await answer(page, words.toReversed(), "These are the words");
  await sight.see(page, "onboard-words-wrong");
  await answer(page, words, "These are the words");
  const recovery = await wordsOf(page, "Recovery key");
  await sight.see(page, "onboard-recovery");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a text file" }).click();
  await (await saved).saveAs(join(product.folder, "recovery.txt"));
  await page.getByRole("button", { name: "Go on" }).click();
  await sight.see(page, "onboard-recovery-asked");
  await answer(page, recovery, "Confirm, and hand over what is sealed");
  await page.getByRole("heading", { name: "The keys are made. Let the first machine in." }).waitFor();
  await sight.see(page, "onboard-machine");
  return words.join("-");
}

async function seeFirstMachine({ sight, page, product }: Seen, sample: SampleCompany): Promise<string> {
  await page.getByLabel("Machine's name").fill("files-01");
  await page.getByRole("button", { name: "Make the link" }).click();
  const command = page.locator("code", { hasText: /^holdfast agent enrol/ });
  const link = /'([^']+)'/.exec(await command.innerText())?.[1] ?? "";
  await sight.see(page, "onboard-command");
  const state = join(product.folder, "agent-files-01");
  await expectCommand(["agent", "enrol", link, "--state", state, "--json"]);
  sample.writeFirst();
  const args = ["agent", "backup", sample.projects, "--source", "Projects", "--state", state, "--json"];
  await expectCommand(args, {}, restoreCodes);
  await page.getByText("files-01 has its first snapshot.").waitFor();
  await sight.see(page, "onboard-done");
  const stray = page.context().newPage();
  const linkPage = await stray;
  await linkPage.goto(link);
  await linkPage.getByRole("heading", { level: 1 }).waitFor();
  await sight.see(linkPage, "enrolment-link-in-a-browser");
  return state;
}

async function wordsOf(page: Page, label: string): Promise<string[]> {
  const items = page.getByRole("list", { name: label }).getByRole("listitem");
  await items.first().waitFor();
  return (await items.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, "").trim());
}

/** Types the words that are asked for, as they stand in `words`. */
async function answer(page: Page, words: readonly string[], button: string): Promise<void> {
  for (const field of await page.getByRole("textbox", { name: /^Word \d+$/ }).all()) {
    const position = /^word-(\d+)$/.exec((await field.getAttribute("name")) ?? "")?.[1];
    await field.fill(words[Number(position)] ?? "");
  }
  await page.getByRole("button", { name: button }).click();
}
