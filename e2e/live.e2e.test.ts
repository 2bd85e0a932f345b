import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ControlClient } from "../agent/control-client.ts";
import { HttpConnection } from "../agent/http-connection.ts";
import { getIdentity } from "../agent/state/identity.ts";
import { openStateFolder } from "../agent/state/state-folder.ts";
import { type AgentRunView, agentHeartbeatView, agentRunEndedView, agentRunView } from "../contracts/agent.ts";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { analyse } from "./axe.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import { backUp, checkout, childOf, enrolMachine, type Product, startProduct, waitUntil } from "./product.ts";
import { signIn } from "./sign-in.ts";

describe.skipIf(chromiumPath === null)("runs, while they go on", () => {
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let agentState: string;
  /** Streams that the browser has opened so far. */
  let streams = 0;

  beforeAll(async () => {
    product = await startProduct();
    browser = await launchChromium();
    context = await browser.newContext({ timezoneId: "Europe/London" });
    context.on("request", (request) => {
      if (request.url().includes("/api/trpc/live.runs")) streams++;
    });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.remove();
  });

  /** The agent of the enrolled machine, whose figures the test decides. */
  function agent() {
    const { agentId, sign } = getIdentity(openStateFolder(agentState));
    const control = new ControlClient(new HttpConnection(product.url), { agentId, signSecretKey: sign.secretKey });
    return {
      start: (sourceId: string) =>
        control.call({
          procedure: "agent.startRun",
          input: { sourceId, clientRunId: crypto.randomUUID() },
          view: agentRunView,
        }),
      beat: ({ runId, fencingToken }: AgentRunView, files: number) =>
        control.call({
          procedure: "agent.heartbeat",
          input: { runId, fencingToken, progress: { files, bytes: files * 1024, storedBytes: files * 512 } },
          view: agentHeartbeatView,
        }),
      end: ({ runId, fencingToken }: AgentRunView) =>
        control.call({
          procedure: "agent.endRun",
          input: { runId, fencingToken, outcome: "failed", code: "gave_up" },
          view: agentRunEndedView,
        }),
    };
  }

  async function sourceOf(machineName: string): Promise<string> {
    const visitor = createPortalClient({ portalUrl: product.url });
    const { sessionToken } = await visitor.session.create.mutate(product.demo.staff);
    const client = createPortalClient({ portalUrl: product.url, sessionToken });
    const [machine] = (await client.machines.list.query({ search: machineName })).rows;
    if (machine === undefined) throw new Error("there is no such machine");
    const [source] = (await client.sources.list.query({ machineId: machine.machineId })).rows;
    if (source === undefined) throw new Error("the machine has no source");
    return source.sourceId;
  }

  const runs = (page: Page) => page.getByRole("region", { name: "Runs, newest first" });

  test("a page that nobody reloads shows each run begin, go on and end, in every tab over one stream", async () => {
    const list = await context.newPage();
    await signIn(list, product.url, product.demo.staff);
    await list.goto(`${product.url}/runs`);
    const overview = await context.newPage();
    await overview.goto(`${product.url}/overview`);
    const pages = [list, overview];
    for (const page of pages) await expectPage(page.getByText("Live", { exact: true })).toBeVisible();
    const opened = streams;
    await list.evaluate(() => document.body.setAttribute("data-unloaded", "no"));

    agentState = await enrolMachine(product, "files-01");
    await backUp(agentState, [join(checkout, "docs")]);
    const real = runs(list).getByRole("row", { name: /files-01/ });
    await expectPage(real.getByText("Complete")).toBeVisible();

    const run = await agent().start(await sourceOf("files-01"));
    expect(run.beatMs).toBe(1_000);
    const open = runs(list).getByRole("row", { name: /Running.*files-01/ });
    await expectPage(open).toBeVisible();
    await agent().beat(run, 1_234);
    for (const page of pages) {
      await expectPage(runs(page).getByRole("row", { name: /Running.*files-01.*1,234.*1\.21 MiB/ })).toBeVisible();
      await expectPage(page.getByText("1 live")).toBeVisible();
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await list.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await analyse(list), colorScheme).toEqual([]);
    }
    // The second page was live with the stream of the first.
    expect(opened).toBeGreaterThan(0);
    expect(streams).toBe(opened);

    await list.close();
    await agent().beat(run, 2_345);
    await expectPage(runs(overview).getByRole("row", { name: /Running.*files-01.*2,345/ })).toBeVisible();
    await runs(overview).getByRole("link", { name: "files-01" }).first().click();
    await expectPage(overview.getByText("2,345 documents")).toBeVisible();
    await agent().beat(run, 3_456);
    await expectPage(overview.getByText("3,456 documents")).toBeVisible();
    await agent().end(run);
    await expectPage(overview.getByRole("heading", { level: 1 })).toContainText(
      "failed. The snapshots before it are safe.",
    );
    await expectPage(overview.getByText("gave_up")).toBeVisible();
    await overview.close();
  });

  test("a stream that breaks says since when, and goes on by itself; the end of the session ends it", async () => {
    const page = await context.newPage();
    await page.goto(`${product.url}/runs`);
    await expectPage(page.getByText("Live", { exact: true })).toBeVisible();
    const portal = childOf(product.supervisor.pid ?? 0, "portal");
    if (portal === null) throw new Error("the portal's process was not found");
    process.kill(portal, "SIGKILL");
    await expectPage(page.getByText(/^Not live since \d\d:\d\d, trying again$/)).toBeVisible();
    await expectPage(page.getByText("Live", { exact: true })).toBeVisible({ timeout: 90_000 });

    const other = await context.newPage();
    await waitUntil(
      "the portal's pages",
      60_000,
      async () => (await other.goto(`${product.url}/people`))?.status() === 200,
    );
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.waitForURL((url) => url.pathname === "/sign-in");
    await expectPage(page.getByText("Not live: the session has ended. Sign in again.")).toBeVisible({
      timeout: 60_000,
    });
  });
});
