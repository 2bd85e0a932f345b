import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkout, expectCommand, type Product } from "../e2e/product.ts";
import { storedBytes } from "./corpus.ts";
import { cpuSecondsOf, type Measured, measure } from "./measure.ts";
import type { Round } from "./rivals.ts";

export interface HoldfastRound extends Round {
  /** CPU of gateway and PostgreSQL during the first backup. */
  readonly serverCpuSeconds: number;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** The gateway's and PostgreSQL's main processes of this product alone. */
function serverPids(product: Product): number[] {
  const postgres = Number(
    readFileSync(join(product.data, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0],
  );
  const gateways = readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && commandLine(pid).includes("server/gateway/main"),
  );
  const ours = gateways.filter((pid) => readFileSync(`/proc/${pid}/environ`, "latin1").includes(product.data));
  if (ours.length === 0) throw new Error("no gateway process found: its CPU cannot be counted");
  return [postgres, ...ours.map(Number)];
}

interface FreshCompany {
  readonly companyId: string;
  readonly ownerEnv: Record<string, string>;
  readonly state: string;
}

async function makeCompany(product: Product, name: string): Promise<FreshCompany> {
  const email = `${name}@bench.example`;
  const password = `bench-${name}-sign-in-2026`;
  const invited = await expectCommand(["companies", "create", name, "--owner", email, "--json"], product.staffEnv);
  const ownerState = join(product.folder, `${name}-client.json`);
  const env = {
    HOLDFAST_PORTAL: product.url,
    HOLDFAST_EMAIL: email,
    HOLDFAST_PASSWORD: password,
    HOLDFAST_CLIENT_STATE: ownerState,
  };
  const keys = await expectCommand(["keys", "create", String(invited.last.link), "--json"], env);
  const ownerEnv = { ...env, HOLDFAST_PASSPHRASE: String(keys.last.passphrase) };
  const link = String((await expectCommand(["enrolments", "create", "--json"], ownerEnv)).last.link);
  const state = join(product.folder, `${name}-agent`);
  await expectCommand(["agent", "enrol", link, "--name", name, "--state", state, "--json"]);
  return { companyId: String(invited.last.companyId), ownerEnv, state };
}

const holdfast = (...args: readonly string[]) => [process.execPath, join(checkout, "bin", "holdfast"), ...args];

function snapshotOf(measured: Measured): string {
  const last = measured.output.trim().split("\n").at(-1) ?? "";
  return String((JSON.parse(last) as { snapshotId: string }).snapshotId);
}

/** One round with a fresh company: first backup, the same again, restore of all. */
export async function holdfastRound(product: Product, corpus: string, name: string): Promise<HoldfastRound> {
  const company = await makeCompany(product, name);
  const pids = serverPids(product);
  const before = cpuSecondsOf(pids);
  const backup = holdfast("agent", "backup", corpus, "--state", company.state, "--json");
  const first = await measure(backup);
  const serverCpuSeconds = cpuSecondsOf(pids) - before;
  const unchanged = await measure(backup);
  const stored = join(product.data, "zones", "zone1", "backup", "companies", company.companyId);
  const bytes = storedBytes(stored);
  const target = join(product.folder, `${name}-restored`);
  mkdirSync(target);
  const restore = await measure(holdfast("restore", snapshotOf(unchanged), "--to", target, "--json"), company.ownerEnv);
  for (const path of [
    target,
    stored,
    join(product.data, "zones", "zone2", "backup", "companies", company.companyId),
    company.state,
  ]) {
    rmSync(path, { recursive: true, force: true });
  }
  return { first, unchanged, restore, storedBytes: bytes, serverCpuSeconds };
}
