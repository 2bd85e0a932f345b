import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkout, freePort, runCommand, waitUntil } from "./product.ts";

/** `holdfast start --bare`: what the supervisor promises, whatever the demo does. */
let folder: string;
let data: string;
let port: number;
/** One at a time on the folder; it goes on from test to test, because a start takes seconds. */
let running: ChildProcess | null = null;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-start-"));
  chmodSync(folder, 0o755);
  data = join(folder, "data");
  port = await freePort();
});

afterAll(async () => {
  if (running !== null) await end(running);
  rmSync(folder, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

function requireBare(): Promise<ChildProcess> {
  return running !== null && running.exitCode === null && running.signalCode === null
    ? Promise.resolve(running)
    : startBare();
}

async function startBare(): Promise<ChildProcess> {
  const args = [join(checkout, "bin", "holdfast"), "start", "--bare", "--data", data, "--port", String(port)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  running = child;
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    output += chunk;
  });
  await waitUntil("the start", 240_000, () => {
    if (child.exitCode !== null) throw new Error(output);
    return output.includes(`http://localhost:${port}\n`);
  });
  return child;
}

function processIdOf(name: "postgres" | "gateway" | "worker" | "portal", supervisor: ChildProcess): number | null {
  if (name === "postgres")
    return Number(readFileSync(join(data, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0]);
  const found = readdirSync("/proc").find((entry) => {
    try {
      const parent = readFileSync(`/proc/${entry}/stat`, "latin1").split(") ")[1]?.split(" ")[1];
      const isOurs = Number(parent) === supervisor.pid;
      return isOurs && readFileSync(`/proc/${entry}/cmdline`, "latin1").includes(`server/${name}/main`);
    } catch {
      return false;
    }
  });
  return found === undefined ? null : Number(found);
}

async function isServing(): Promise<boolean> {
  const [health, page] = await Promise.all([
    fetch(`http://127.0.0.1:${port}/healthz`),
    fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" }),
  ]);
  await Promise.all([health.body?.cancel(), page.body?.cancel()]);
  return health.ok && page.status < 500;
}

it("starts, stops cleanly, and starts again with the same zones", async () => {
  const first = await startBare();
  expect(await isServing()).toBe(true);
  const zones = readFileSync(join(data, "holdfast.json"), "utf8");
  await end(first);
  expect(first.exitCode).toBe(0);
  expect(existsSync(join(data, "holdfast.pid"))).toBe(false);
  expect(existsSync(join(data, "postgres", "data", "postmaster.pid"))).toBe(false);
  await startBare();
  expect(readFileSync(join(data, "holdfast.json"), "utf8")).toBe(zones);
  expect(existsSync(join(data, "demo.json"))).toBe(false);
});

it("refuses a second supervisor on the same folder, and a port that is taken", async () => {
  await requireBare();
  const second = await runCommand(["start", "--bare", "--data", data, "--port", String(await freePort())]);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`already runs on ${data}`);
  const other = await runCommand(["start", "--bare", "--data", join(folder, "other"), "--port", String(port)]);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain(`port ${port} is taken`);
});

it("starts whatever is killed again, and serves on", async () => {
  const supervisor = await requireBare();
  for (const name of ["gateway", "portal", "worker", "postgres"] as const) {
    const before = processIdOf(name, supervisor);
    expect(before, name).not.toBeNull();
    process.kill(before ?? 0, "SIGKILL");
    await waitUntil(`${name} coming back`, 60_000, async () => {
      const now = processIdOf(name, supervisor);
      return now !== null && now !== before && (await isServing());
    });
  }
});

it("comes back after kill -9 of the supervisor, whose processes end by themselves", async () => {
  const supervisor = await requireBare();
  const gateway = processIdOf("gateway", supervisor);
  supervisor.kill("SIGKILL");
  await waitUntil("the gateway ending", 30_000, () => !existsSync(`/proc/${gateway}`) || isZombie(gateway ?? 0));
  await startBare();
  expect(await isServing()).toBe(true);
});

it.skipIf(process.getuid?.() !== 0)("as root, names the folder that PostgreSQL cannot enter", async () => {
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const attempt = await runCommand([
    "start",
    "--bare",
    "--data",
    join(closed, "data"),
    "--port",
    String(await freePort()),
  ]);
  expect(attempt.code).toBe(1);
  expect(attempt.stderr).toContain(`may not enter ${closed} (mode 0700); start with --data /`);
});

it("explains itself: help for every command, and usage errors end with 2", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(checkout, "bin", "holdfast"), ...args], { encoding: "utf8" });
  expect(run("start", "--help")).toMatchObject({ status: 0 });
  expect(run("start", "--prot", "1")).toMatchObject({ status: 2 });
  expect(run("start", "--port", "many")).toMatchObject({ status: 2 });
  expect(run("nonsense")).toMatchObject({ status: 2 });
});

function isZombie(processId: number): boolean {
  return readFileSync(`/proc/${processId}/stat`, "latin1").split(") ")[1]?.startsWith("Z") ?? false;
}
