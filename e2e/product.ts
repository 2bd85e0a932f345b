import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPortalClient } from "../server/api/client/portal-client.ts";
import { SUPERUSER } from "../server/db/embedded/embedded-postgres.ts";
import { DATABASE_NAME } from "../server/db/embedded/roles.ts";
import { filesBelow } from "./live-files.ts";
import { layReadyMade } from "./ready-made.ts";

export const checkout = fileURLToPath(new URL("..", import.meta.url));
const holdfast = join(checkout, "bin", "holdfast");

/** True in `npm run prove`: whole sizes; otherwise journeys run small. */
export const isProof = process.env.HOLDFAST_PROVE === "1";

export interface Demo {
  readonly portalUrl: string;
  readonly staff: { readonly email: string; readonly password: string };
  readonly owner: {
    readonly email: string;
    readonly password: string;
    readonly passphrase: string;
    readonly recoveryKey: string;
  };
  readonly companyId: string;
  readonly machineId: string;
}

export interface Product {
  readonly folder: string;
  readonly data: string;
  readonly url: string;
  readonly demo: Demo;
  /** Environment with which the owner's commands work. */
  readonly ownerEnv: Record<string, string>;
  readonly staffEnv: Record<string, string>;
  readonly demoAgentState: string;
  readonly supervisor: ChildProcess;
  restart(): Promise<Product>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects of `--json`, a line each. */
  readonly lines: readonly Record<string, unknown>[];
  readonly last: Record<string, unknown>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

function parseLines(stdout: string): Record<string, unknown>[] {
  return stdout.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      return [JSON.parse(line) as Record<string, unknown>];
    } catch {
      return [];
    }
  });
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly done: Promise<CommandResult>;
}

/** Starts one command of `bin/holdfast`; resolves with whatever code it ends. */
export function startCommand(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const child = spawn(process.execPath, [holdfast, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data) => {
    stdout += data;
  });
  child.stderr?.on("data", (data) => {
    stderr += data;
  });
  const done = new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = parseLines(stdout);
      resolve({ code, stdout, stderr, lines, last: lines.at(-1) ?? {} });
    });
  });
  return { child, done };
}

export function runCommand(args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
  return startCommand(args, env).done;
}

/** Runs a command that has to end with one of `codes` (0 when left out). */
export async function expectCommand(
  args: readonly string[],
  env: Record<string, string> = {},
  codes: readonly number[] = [0],
): Promise<CommandResult> {
  const result = await runCommand(args, env);
  if (result.code === null || !codes.includes(result.code)) {
    throw new Error(
      `holdfast ${args.join(" ")} ended with ${result.code}\n${result.stderr.slice(-3000)}\n${result.stdout.slice(-3000)}`,
    );
  }
  return result;
}

export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(
    `${what} did not happen within ${timeoutMs / 1000} s${lastError instanceof Error ? `: ${lastError.message}` : ""}`,
  );
}

function logsOf(data: string): string {
  const logs = join(data, "logs");
  if (!existsSync(logs)) return "";
  return readdirSync(logs)
    .map((name) => `--- ${name}\n${readFileSync(join(logs, name), "utf8").slice(-3000)}`)
    .join("\n");
}

interface Launch {
  readonly folder: string;
  readonly port: number;
  readonly sample: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

async function launch(options: Launch): Promise<Product> {
  const data = join(options.folder, "data");
  const agentState = join(options.folder, "demo-agent");
  const env = { ...process.env, HOLDFAST_DEMO_AGENT_STATE: agentState, ...options.env };
  const supervisor = spawn(
    process.execPath,
    [holdfast, "start", "--data", data, "--port", String(options.port), "--sample", options.sample, ...options.args],
    {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  let hasEnded = false;
  supervisor.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  supervisor.stderr?.on("data", (chunk) => {
    output += chunk;
  });
  supervisor.on("close", () => {
    hasEnded = true;
  });
  const url = `http://127.0.0.1:${options.port}`;
  const isReady = async () => {
    if (hasEnded) return "ended" as const;
    if (output.includes("the next start goes on with it")) return "the demo failed" as const;
    // A demo that was there before is no sign of anything.
    if (!output.includes("Holdfast is at") || !existsSync(join(data, "demo.json"))) return null;
    return (await fetch(`${url}/healthz`)).ok ? ("ready" as const) : null;
  };
  const state = await waitUntil("the start", 300_000, isReady).catch((error: Error) => `${error.message}` as const);
  if (state !== "ready") {
    supervisor.kill("SIGTERM");
    await waitUntil("the end of a failed start", 30_000, () => hasEnded).catch(() => supervisor.kill("SIGKILL"));
    throw new Error(`holdfast start: ${state}\n${output.slice(-4000)}\n${logsOf(data)}`);
  }
  const demo = JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as Demo;
  const stop = () =>
    new Promise<void>((resolve) => {
      if (hasEnded) return resolve();
      supervisor.on("close", () => resolve());
      supervisor.kill("SIGTERM");
    });
  const client = (role: string) => join(options.folder, `${role}-client.json`);
  return {
    folder: options.folder,
    data,
    url,
    demo,
    supervisor,
    demoAgentState: agentState,
    stop,
    ownerEnv: {
      HOLDFAST_PORTAL: url,
      HOLDFAST_EMAIL: demo.owner.email,
      HOLDFAST_PASSWORD: demo.owner.password,
      HOLDFAST_PASSPHRASE: demo.owner.passphrase,
      HOLDFAST_CLIENT_STATE: client("owner"),
    },
    staffEnv: {
      HOLDFAST_PORTAL: url,
      HOLDFAST_EMAIL: demo.staff.email,
      HOLDFAST_PASSWORD: demo.staff.password,
      HOLDFAST_CLIENT_STATE: client("staff"),
    },
    restart: async () => {
      await stop();
      return launch(options);
    },
    remove: async () => {
      await stop();
      rmSync(options.folder, { recursive: true, force: true });
    },
  };
}

/** Starts the real product in a new temporary folder, with the demo company: of a sample of its own, or the one that all others share. */
export async function startProduct(
  options: {
    readonly sample?: string;
    readonly args?: readonly string[];
    readonly env?: Record<string, string>;
    readonly folder?: string;
    readonly port?: number;
  } = {},
): Promise<Product> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "holdfast-e2e-"));
  // As root, PostgreSQL runs under another account, which must get in.
  chmodSync(folder, 0o755);
  const launched = {
    folder,
    port: options.port ?? (await freePort()),
    sample: options.sample ?? join(checkout, "engine", "ports"),
    args: options.args ?? [],
    env: options.env ?? {},
  };
  const isShared = options.sample === undefined && options.args === undefined && options.folder === undefined;
  const make = async (at: string) => {
    const made = await launch({ ...launched, folder: at, port: await freePort(), env: {} });
    await made.stop();
  };
  try {
    if (isShared) await layReadyMade({ folder, url: `http://localhost:${launched.port}`, make });
    return await launch(launched);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Companies whose owners never come, as staff make them through the API: "Client 001" and so on. */
export async function createCompanies(product: Product, count: number): Promise<void> {
  const { sessionToken } = await createPortalClient({ portalUrl: product.url }).session.create.mutate(
    product.demo.staff,
  );
  const client = createPortalClient({ portalUrl: product.url, sessionToken });
  for (let at = 1; at <= count; at++) {
    const inviteAuthHash = randomBytes(32).toString("hex");
    const name = `Client ${String(at).padStart(3, "0")}`;
    await client.companies.create.mutate({ name, ownerEmail: `owner${at}@client.example`, inviteAuthHash });
  }
}

/** Enrols one more machine of the demo company by a link of its owner; resolves with its state folder. */
export async function enrolMachine(product: Product, name: string): Promise<string> {
  const created = await expectCommand(["enrolments", "create", "--json"], product.ownerEnv);
  const state = join(product.folder, `agent-${name}`);
  await expectCommand(["agent", "enrol", String(created.last.link), "--name", name, "--state", state, "--json"]);
  return state;
}

export function backUp(
  state: string,
  paths: readonly string[],
  extra: readonly string[] = [],
  codes: readonly number[] = [0],
): Promise<CommandResult> {
  return expectCommand(["agent", "backup", ...paths, "--state", state, "--json", ...extra], {}, codes);
}

/** Waits until zone 2 holds everything that zone 1 has committed. */
export async function waitForZone2(product: Product, snapshotId: string, timeoutMs = 120_000): Promise<void> {
  const zone2 = join(product.data, "zones", "zone2", "backup", "companies", product.demo.companyId);
  const zone1 = join(product.data, "zones", "zone1", "backup", "companies", product.demo.companyId);
  await waitUntil(`zone 2 holding ${snapshotId}`, timeoutMs, () => {
    const missing = listObjects(zone1).filter((key) => !existsSync(join(zone2, key)));
    return missing.length === 0;
  });
}

/** Object keys below a zone's company folder, without temporary files. */
export function listObjects(folder: string): string[] {
  return filesBelow(folder)
    .map((path) => path.slice(folder.length + 1))
    .filter((key) => !key.includes(".tmp") && !key.includes("/tmp"));
}

/** Address of the product's database for its superuser, who sees every row of every company. */
export function superuserUrl(product: Pick<Product, "data">): string {
  const port = readFileSync(join(product.data, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[3];
  const password = readFileSync(join(product.data, "secrets", "postgres-superuser"), "utf8").trim();
  return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE_NAME}`;
}

/** How a restore to a folder ends: an ordinary user cannot give `/tmp` back to root, and is told so. */
export const restoreCodes: readonly number[] = process.getuid?.() === 0 ? [0] : [0, 3];

/** The process that a launcher started, by a word of its command line. */
export function childOf(parent: number, mark: string): number | null {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const ppid = Number(readFileSync(`/proc/${name}/stat`, "latin1").split(") ")[1]?.split(" ")[1]);
      if (ppid === parent && readFileSync(`/proc/${name}/cmdline`, "latin1").includes(mark)) return Number(name);
    } catch {
      // ended while it was looked at
    }
  }
  return null;
}
