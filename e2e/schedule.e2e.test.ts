import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { companyIdSchema, machineIdSchema } from "../contracts/ids.ts";
import type { RunView } from "../contracts/runs.ts";
import { ALL_HOURS, type Timing, type WindowSettings } from "../contracts/schedules.ts";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { analyse } from "./axe.ts";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { expectPage } from "./expect-page.ts";
import {
  backUp,
  childOf,
  enrolMachine,
  type Product,
  type RunningCommand,
  startCommand,
  startProduct,
  waitUntil,
} from "./product.ts";
import { signIn } from "./sign-in.ts";

const EVERY_MINUTE = { cron: "* * * * *", timeZone: "Europe/Berlin" };
const MiB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A minute until it is due, and what a loaded machine takes for it. */
const NEXT_RUN_MS = 150_000;

let product: Product;
let folder: string;
let source: string;
let state: string;
let client: ReturnType<typeof createPortalClient>;
let machineId: ReturnType<typeof machineIdSchema.parse>;
let agent: Agent | undefined;
let browser: Browser | undefined;

interface Agent extends RunningCommand {
  /** What it has told so far. */
  events(): Record<string, unknown>[];
}

function startAgent(): Agent {
  const command = startCommand(["agent", "run", "--state", state, "--json"]);
  let told = "";
  command.child.stdout?.on("data", (data) => {
    told += data;
  });
  const events = () =>
    told
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  agent = { ...command, events };
  return agent;
}

async function stopAgent(): Promise<void> {
  const running = agent;
  agent = undefined;
  if (running === undefined) return;
  running.child.kill("SIGTERM");
  expect((await running.done).code).toBe(0);
}

async function listRuns(): Promise<readonly RunView[]> {
  return (await client.runs.list.query({ machineId })).rows;
}

async function countComplete(): Promise<number> {
  return (await listRuns()).filter((run) => run.outcome === "complete").length;
}

/** Somebody who has signed in; errors of the console are troubles. */
async function openPage(
  { browser, troubles }: { readonly browser: Browser; readonly troubles: string[] },
  person: { readonly email: string; readonly password: string },
): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  await signIn(page, product.url, person);
  return page;
}

async function putTiming(timing: Timing, window: WindowSettings | null = null): Promise<void> {
  const settings = { timing, jitterSeconds: 0, catchUpMinutes: null, window, isPaused: false };
  await client.schedules.put.mutate({ subject: { level: "machine", machineId }, settings });
}

/** The gateway reads settings again after half a minute. */
async function limitBandwidth(bytesPerSecond: number | null): Promise<void> {
  const companyId = companyIdSchema.parse(product.demo.companyId);
  const bandwidth = bytesPerSecond === null ? null : { rules: [{ hours: Array(7).fill(ALL_HOURS), bytesPerSecond }] };
  const settings = { timing: null, jitterSeconds: null, catchUpMinutes: null, bandwidth, isPaused: false };
  await client.schedules.put.mutate({ subject: { level: "company", companyId }, settings });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-schedule-"));
  source = join(folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "note.txt"), "first");
  product = await startProduct({ env: { HOLDFAST_MISSED_GRACE_SECONDS: "20" } });
  state = await enrolMachine(product, "front-desk");
  await backUp(state, [source]);
  const { owner } = product.demo;
  const portal = createPortalClient({ portalUrl: product.url });
  const { sessionToken } = await portal.session.create.mutate({ email: owner.email, password: owner.password });
  client = createPortalClient({ portalUrl: product.url, sessionToken });
  const machines = await client.machines.list.query({ search: "front-desk" });
  machineId = machineIdSchema.parse(machines.rows[0]?.machineId);
  await putTiming(EVERY_MINUTE);
  // So slow that a backup can be stopped in its middle.
  await limitBandwidth(2 * MiB);
}, 400_000);

afterAll(async () => {
  agent?.child.kill("SIGTERM");
  await agent?.done;
  await browser?.close();
  await product?.remove();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("backups by themselves", () => {
  it("runs appear when they are due, also when the portal has died and come back meanwhile", async () => {
    const { child } = startAgent();
    const supervisors = [childOf(product.supervisor.pid ?? 0, "start") ?? 0, product.supervisor.pid ?? 0];
    const portal = supervisors.map((pid) => childOf(pid, "server/portal/main")).find((pid) => pid !== null);
    if (portal === undefined || portal === null) throw new Error("the portal does not run");
    process.kill(portal, "SIGKILL");
    await waitUntil("a run by itself", NEXT_RUN_MS, async () => (await countComplete()) >= 2);
    const begun = agent?.events().filter(({ event }) => event === "started") ?? [];
    expect(begun.length).toBeGreaterThan(0);
    for (const { dueAt } of begun) expect(String(dueAt)).toMatch(/:00\.000Z$/);
    expect(child.exitCode).toBeNull();
  }, 200_000);

  it("a stop in the middle of a backup ends it as cancelled, and the next start goes on with it at once", async () => {
    writeFileSync(join(source, "large.bin"), randomBytes(32 * MiB));
    const running = agent;
    if (running === undefined) throw new Error("the agent does not run");
    const isReading = () => {
      const begun = running.events().findLastIndex(({ event }) => event === "started");
      return running
        .events()
        .slice(begun)
        .some((event) => event.event === "progress" && Number(event.readBytes) > MiB);
    };
    await waitUntil("the backup of a large file", NEXT_RUN_MS, isReading);
    await stopAgent();
    const [stopped] = await listRuns();
    expect(stopped).toMatchObject({ outcome: "cancelled", code: "agent_stopped" });
    const again = startAgent();
    await waitUntil("the backup that was stopped", 60_000, () => again.events().some(({ event }) => event === "done"));
    const [first] = await listRuns();
    expect(first).toMatchObject({ outcome: "complete" });
    // It was due as before: nothing was waited for.
    const [, second] = again.events();
    expect(second).toMatchObject({ event: "started" });
  }, 300_000);

  it.skipIf(chromiumPath === null)(
    "what is missed while the agent is stopped is an incident on the page, which closes when the agent catches up",
    async () => {
      browser = await launchChromium();
      const troubles: string[] = [];
      const staff = await openPage({ browser, troubles }, product.demo.staff);
      const owner = await openPage({ browser, troubles }, product.demo.owner);
      await staff.goto(`${product.url}/incidents`);
      await expectPage(staff.getByText("There was no incident yet")).toBeVisible();
      // Not before: what is due meanwhile would be missed.
      await stopAgent();
      // The pages follow by themselves from here on.
      const row = staff.getByRole("row").filter({ hasText: "Backup missed" });
      await expect.poll(() => row.count(), { timeout: NEXT_RUN_MS + MINUTE_MS, interval: 500 }).toBe(1);
      await expectPage(row).toContainText(/Open.*not begin when.*due.*front-desk.*Files 1/);
      await expectPage(staff.getByRole("heading", { level: 1 })).toHaveText("1 incident is open.");
      await expectPage(staff.getByRole("link", { name: "Incidents 1 open" })).toBeVisible();
      for (const theme of ["Light", "Dark"]) {
        await staff.getByRole("button", { name: theme }).click();
        expect(await analyse(staff), theme).toEqual([]);
      }
      await owner.reload();
      await owner.getByRole("link", { name: "See what happened" }).click();
      const ownRow = owner.getByRole("row").filter({ hasText: "Backup missed" });
      await expectPage(ownRow).toContainText("front-desk");
      for (const page of [staff, owner]) expect(await page.content()).not.toContain("note.txt");

      await row.getByRole("button", { name: /^Acknowledge/ }).click();
      await row.getByLabel("Note").fill("the machine is being moved");
      await row.getByRole("button", { name: "Save" }).click();
      await expectPage(row).toContainText(/Acknowledged.*the machine is being moved/);
      await owner.reload();
      await expectPage(ownRow).toContainText(/the machine is being moved.*your provider/);

      startAgent();
      await waitUntil("the run that catches up", MINUTE_MS, async () => (await listRuns())[0]?.outcome === "complete");
      await expectPage(staff.getByRole("heading", { level: 1 })).toHaveText("No incident is open.");
      await expectPage(row).toContainText("Closed");
      await staff.getByRole("link", { name: "Show Kind: Zone away" }).click();
      await expectPage(staff.getByText("No incidents fit this")).toBeVisible();
      await stopAgent();
      expect(troubles).toEqual([]);
    },
    500_000,
  );

  it("a run that does not begin is missed, and is caught up once when the agent is back", async () => {
    await stopAgent();
    // The timing has to hold before it is due.
    const dueAt = new Date(Math.ceil((Date.now() + 20_000) / MINUTE_MS) * MINUTE_MS);
    const timing = { cron: `${dueAt.getUTCMinutes()} * * * *`, timeZone: "UTC" };
    await putTiming(timing);
    const findRun = async (isWanted: (run: RunView) => boolean) =>
      (await listRuns()).find((run) => run.dueAt?.getTime() === dueAt.getTime() && isWanted(run));
    const missed = await waitUntil("the missed run", 3 * MINUTE_MS, () => findRun((run) => run.outcome === "missed"));
    expect(missed).toMatchObject({ code: "no_start", isCatchUp: false, snapshotId: null });
    startAgent();
    const isDone = (run: RunView) => run.isCatchUp && run.outcome === "complete";
    const caughtUp = await waitUntil("the run that catches it up", MINUTE_MS, () => findRun(isDone));
    expect(caughtUp.startedAt > dueAt).toBe(true);
    // It waits for the next hour now; with a window, for the window.
    await waitUntil("the next due time", MINUTE_MS, () => agent?.events().some(({ event }) => event === "next"));
    const ofDue = (await listRuns()).filter((run) => run.dueAt?.getTime() === dueAt.getTime());
    expect(ofDue.filter((run) => run.isCatchUp)).toHaveLength(1);
    const opensAt = new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + 5 * HOUR_MS);
    const window = { hours: Array(7).fill(1 << opensAt.getUTCHours()), endsRuns: false };
    await putTiming(timing, window);
    await waitUntil("the window", 2 * MINUTE_MS, () =>
      agent?.events().some(({ event, startAt }) => event === "next" && startAt === opensAt.toISOString()),
    );
    await stopAgent();
  }, 400_000);

  it("a backup takes as long as the company's bandwidth limit makes it, and is complete", async () => {
    const bytesPerSecond = 1_000_000;
    await limitBandwidth(bytesPerSecond);
    await new Promise((resolve) => setTimeout(resolve, MINUTE_MS / 2));
    const sizeBytes = 6 * MiB;
    writeFileSync(join(source, "slow.bin"), randomBytes(sizeBytes));
    const begunAt = performance.now();
    await backUp(state, [source]);
    // A quarter of a second may come at once.
    expect(performance.now() - begunAt).toBeGreaterThan((sizeBytes / bytesPerSecond - 0.25) * 1000);
    expect((await listRuns())[0]).toMatchObject({ outcome: "complete" });
    await limitBandwidth(null);
  }, 200_000);
});
