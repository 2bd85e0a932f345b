import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { chromiumPath } from "../e2e/chromium.ts";

const Message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.object({ exception: z.object({ description: z.string() }).optional() }).optional(),
});
const Processes = z.object({ processInfo: z.array(z.object({ type: z.string(), id: z.number() })) });
const DownloadBegun = z.object({ guid: z.string() });
const DownloadProgress = z.object({ guid: z.string(), state: z.enum(["inProgress", "completed", "canceled"]) });

const LOOK_EVERY_MS = 100;

/**
 * A Chromium as people use it. The journeys' tool listens to all that pages load, and the browser keeps what they read for it: that
 * halves the rate and doubles the memory of what is to be measured. Here nothing is switched on but downloads.
 */
export class PlainBrowser {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  readonly downloads: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ended = new Map<string, "completed" | "canceled">();
  #begun: string[] = [];
  #count = 0;

  private constructor(child: ChildProcess, socket: WebSocket, profile: string) {
    this.#child = child;
    this.#socket = socket;
    this.#profile = profile;
    this.downloads = join(profile, "downloads");
    mkdirSync(this.downloads);
    socket.onmessage = ({ data }) => this.#hear(Message.parse(JSON.parse(String(data))));
  }

  static async launch(): Promise<PlainBrowser> {
    if (chromiumPath === null) throw new Error("there is no Chromium: set HOLDFAST_CHROMIUM to the path of one");
    // On disk, as people's downloads are; where the zones lie in memory, this does not.
    const profile = mkdtempSync(join(tmpdir(), "holdfast-browser-"));
    const child = spawn(chromiumPath, [
      "--headless=new",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ]);
    const socket = new WebSocket(await addressOf(child));
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const browser = new PlainBrowser(child, socket, profile);
    await browser.send("Browser.setDownloadBehavior", {
      behavior: "allowAndName",
      downloadPath: browser.downloads,
      eventsEnabled: true,
    });
    return browser;
  }

  /** A tab; functions run in it, with values that JSON can say. */
  async open(url: string): Promise<PlainPage> {
    const { targetId } = z.object({ targetId: z.string() }).parse(await this.send("Target.createTarget", { url }));
    const attached = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const { sessionId } = z.object({ sessionId: z.string() }).parse(attached);
    return new PlainPage(this, sessionId);
  }

  /** Waits for the download that begins next, to its end. @returns its file */
  async download(begin: () => Promise<unknown>): Promise<string> {
    this.#begun = [];
    await begin();
    for (;;) {
      const [guid] = this.#begun;
      const state = guid && this.#ended.get(guid);
      if (guid && state === "completed") return join(this.downloads, guid);
      if (state === "canceled") throw new Error("the browser marked the download as failed");
      await sleep(20);
    }
  }

  /** Watches the largest tab; looking costs next to nothing. @returns ends it, and says the greatest resident memory, in MiB */
  async watchTabs(): Promise<() => number> {
    const { processInfo } = Processes.parse(await this.send("SystemInfo.getProcessInfo", {}));
    const tabs = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    let peakMiB = 0;
    const look = () => {
      peakMiB = Math.max(peakMiB, ...tabs.map(residentMiB));
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      look();
      return peakMiB;
    };
  }

  send(method: string, params: unknown, sessionId?: string): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(++this.#count, answer);
    this.#socket.send(JSON.stringify({ id: this.#count, method, params, ...(sessionId && { sessionId }) }));
    return answer.promise;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#socket.send(JSON.stringify({ id: 0, method: "Browser.close" }));
    await Promise.race([ended, sleep(5_000)]);
    this.#child.kill("SIGKILL");
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #hear({ id, method, params, result, error }: z.infer<typeof Message>): void {
    if (method === "Browser.downloadWillBegin") this.#begun.push(DownloadBegun.parse(params).guid);
    if (method === "Browser.downloadProgress") {
      const { guid, state } = DownloadProgress.parse(params);
      if (state !== "inProgress") this.#ended.set(guid, state);
    }
    if (id === undefined) return;
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
  }
}

export class PlainPage {
  readonly #browser: PlainBrowser;
  readonly #sessionId: string;

  constructor(browser: PlainBrowser, sessionId: string) {
    this.#browser = browser;
    this.#sessionId = sessionId;
  }

  /** @param expression JavaScript; a promise is waited for */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#browser.send(
      "Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true, userGesture: true },
      this.#sessionId,
    );
    const { result, exceptionDetails } = Evaluated.parse(answer);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? "the page threw");
    return result.value;
  }

  async goto(url: string): Promise<void> {
    await this.#browser.send("Page.navigate", { url }, this.#sessionId);
    await this.until(`document.readyState === "complete" && location.href.startsWith(${JSON.stringify(url)})`);
  }

  async until(condition: string): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      // Between two documents there is nobody to ask.
      if (await this.evaluate(condition).catch(() => false)) return;
      await sleep(100);
    }
    throw new Error(`never true in the page: ${condition}`);
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stderr?.on("data", (data) => {
      output += data;
      const address = /ws:\/\/\S+/.exec(output)?.[0];
      if (address) resolve(address);
    });
    child.once("exit", () => reject(new Error(`Chromium ended: ${output.slice(-500)}`)));
  });
}

/** Its main memory, shared pages included. */
function residentMiB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // ended between the listing and the reading
  }
}
