import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { VaultCalls, VaultEvent, VaultFault } from "../components/restore/runtime/protocol/vault-protocol.ts";
import { findWorkerScript } from "./testing-vault.ts";

/** A person of a company, signed in to the portal. */
export interface VaultMember {
  readonly email: string;
  readonly password: string;
}

type Name = keyof VaultCalls;
type Input<Call extends Name> = Parameters<VaultCalls[Call]> extends [infer One, ...unknown[]] ? One : undefined;
type Answer<Call extends Name> = Awaited<ReturnType<VaultCalls[Call]>>;

/** What stands in the page: calls by name, timed there, and the events so far. */
interface InPage {
  call(name: string, input: unknown): Promise<{ result?: unknown; fault?: VaultFault; tookMs: number }>;
  readonly events: VaultEvent[];
}
declare global {
  var vaultWorker: InPage;
}

/** The vault's worker in a real browser, called as the vault's page calls it. */
export class VaultWorker {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the console and of the page. */
  readonly troubles: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.troubles.push(message.text());
    });
    page.on("pageerror", (error) => this.troubles.push(error.message));
  }

  static async open(browser: Browser, url: string, member: VaultMember): Promise<VaultWorker> {
    const context = await browser.newContext();
    const worker = new VaultWorker(context, await context.newPage());
    const { page } = worker;
    await page.goto(`${url}/`);
    await page.getByLabel("E-mail").fill(member.email);
    await page.getByLabel("Password").fill(member.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((at) => at.pathname === "/home");
    await page.goto(`${url}/vault/`);
    await page.evaluate(startWorker, await page.evaluate(findWorkerScript));
    return worker;
  }

  /** @throws an Error with the fault's `code` */
  async call<Call extends Name>(name: Call, input?: Input<Call>): Promise<Answer<Call>> {
    return (await this.timed(name, input)).result;
  }

  /** The same, with the time from the call to the answer in the page. */
  async timed<Call extends Name>(name: Call, input?: Input<Call>): Promise<{ result: Answer<Call>; tookMs: number }> {
    const answer = await this.page.evaluate(([called, given]) => vaultWorker.call(called, given), [
      name,
      input,
    ] as const);
    if (answer.fault) throw Object.assign(new Error(answer.fault.message), { code: answer.fault.code });
    return { result: answer.result as Answer<Call>, tookMs: answer.tookMs };
  }

  events(): Promise<VaultEvent[]> {
    return this.page.evaluate(() => vaultWorker.events);
  }
}

/** Runs in the page: a worker of its own beside that of the document. */
function startWorker(script: string): void {
  const worker = new Worker(script, { type: "module" });
  const waiting = new Map<number, (answer: { result?: unknown; fault?: VaultFault }) => void>();
  const events: VaultEvent[] = [];
  worker.addEventListener("message", ({ data }) => {
    if ("event" in data) events.push(data.event);
    else waiting.get(data.call)?.(data);
  });
  let count = 0;
  globalThis.vaultWorker = {
    events,
    call: (name, input) =>
      new Promise((resolve) => {
        const call = ++count;
        const startedAtMs = performance.now();
        waiting.set(call, ({ result, fault }) =>
          resolve({ result, ...(fault && { fault }), tookMs: performance.now() - startedAtMs }),
        );
        worker.postMessage({ call, name, input });
      }),
  };
}
