import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compareTrees } from "./compare-trees.ts";
import { filesBelow } from "./live-files.ts";
import {
  backUp,
  checkout,
  enrolMachine,
  expectCommand,
  isProof,
  type Product,
  restoreCodes,
  runCommand,
  startCommand,
  startProduct,
  waitUntil,
} from "./product.ts";
import { queryAll } from "./testing-evidence.ts";
import { listProcesses, signalAll, workerOf } from "./testing-processes.ts";

/** Each ends at another moment of a busy minute. */
const rounds = isProof ? 10 : 1;
const hasOwners = process.getuid?.() === 0;

let product: Product;
let source: string;
let state: string;
/** The service that runs now, after a recovery. */
let recovered: ChildProcess | null = null;

beforeAll(async () => {
  product = await startProduct({ env: { HOLDFAST_AGING_MINUTES: "0.01" } });
  state = await enrolMachine(product, "survivor");
  source = join(product.folder, "source");
  mkdirSync(join(source, "letters"), { recursive: true });
}, 400_000);

afterAll(async () => {
  await product?.remove();
}, 120_000);

function change(round: number): void {
  for (let n = 0; n < 30; n += 1)
    writeFileSync(join(source, "letters", `${round}-${n}.txt`), `${round} ${n} `.repeat(randomInt(1, 300)));
  writeFileSync(join(source, `scan-${round}.bin`), randomBytes(3_000_000));
}

/** Ends everything at once, as a power cut does. */
async function cutThePower(data: string, launcher: number): Promise<void> {
  const postmaster = Number(readFileSync(join(data, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0]);
  const pids = [...listProcesses(launcher), postmaster];
  signalAll(pids, "SIGKILL");
  // The launcher is our own child, and stays as a zombie until it was waited for.
  await waitUntil("everything being gone", 30_000, () =>
    pids.every((pid) => !existsSync(`/proc/${pid}`) || isZombie(pid)),
  );
}

function isZombie(pid: number): boolean {
  return / Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
}

async function start(data: string): Promise<void> {
  const port = new URL(product.url).port;
  const args = [join(checkout, "bin", "holdfast"), "start", "--data", data, "--port", port, "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  recovered = child;
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await waitUntil("the recovered service", 120_000, () => output.includes('"kind":"ready"'));
}

async function stopRecovered(): Promise<void> {
  const child = recovered;
  if (!child) return;
  recovered = null;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await ended;
}

interface Watermarks {
  readonly [zoneId: string]: number;
}

async function readWatermarks(): Promise<Watermarks> {
  const rows = await queryAll(product, "select zone_id, commit::int from watermark where company_id = $1", [
    product.demo.companyId,
  ]);
  return Object.fromEntries(rows.map((row) => [String(row.zone_id), Number(row.commit)]));
}

async function commitOf(snapshotId: string): Promise<number> {
  const text = "select commit::int from snapshot where company_id = $1 and snapshot_id = $2";
  return Number((await queryAll(product, text, [product.demo.companyId, snapshotId]))[0]?.commit);
}

/** What is locked in a folder of a zone. */
function readOnlyFiles(folder: string): string[] {
  return filesBelow(folder).filter((path) => (lstatSync(path).mode & 0o222) === 0);
}

afterEach(stopRecovered);

describe("the service is gone, and one zone is left", () => {
  /** What the source was when each snapshot was made, and its commit number. */
  const made = new Map<string, { readonly copy: string; readonly commit: number }>();
  let marks: Watermarks = {};
  let heldId = "";
  let frozen: unknown = null;
  const frozenOf = async (snapshotId: string): Promise<unknown> => {
    const { lines } = await expectCommand(["snapshots", "--json"], product.ownerEnv);
    const found = lines.find((line) => line.snapshotId === snapshotId);
    return found?.isHeld === true ? found.frozen : null;
  };

  it("a busy minute, and the power is cut in the middle of a backup", async () => {
    for (let round = 1; round <= 1 + rounds; round += 1) {
      change(round);
      const snapshotId = String((await backUp(state, [source])).last.snapshotId);
      const copy = join(product.folder, `copy-${round}`);
      cpSync(source, copy, { recursive: true, preserveTimestamps: true });
      made.set(snapshotId, { copy, commit: await commitOf(snapshotId) });
    }
    // A hold has its snapshot frozen at once, in the archive of both zones.
    heldId = [...made.keys()][0] ?? "";
    await expectCommand(["holds", "place", heldId, "--reason", "case 7", "--json"], product.ownerEnv);
    frozen = await waitUntil("the held snapshot being frozen", 150_000, async () => (await frozenOf(heldId)) ?? false);
    await enrolMachine(product, "newcomer");
    await waitUntil("a watermark above nothing", 60_000, async () => (await readWatermarks()).zone2);
    change(99);
    // What the last second wrote does not reach the zones' journals: the rebuilt service has never heard of it, and the agent has.
    signalAll([workerOf(product.supervisor.pid ?? 0)], "SIGSTOP");
    const running = startCommand(["agent", "backup", source, "--state", state, "--json"]);
    await new Promise((resolve) => setTimeout(resolve, randomInt(200, 2_500)));
    marks = await readWatermarks();
    const launcher = product.supervisor.pid ?? 0;
    await cutThePower(product.data, launcher);
    running.child.kill("SIGKILL");
    await running.done;
    expect(marks.zone1).toBeGreaterThan(0);
    for (const zone of ["zone1", "zone2"])
      cpSync(join(product.data, "zones", zone), join(product.folder, `left-${zone}`), { recursive: true });
    rmSync(product.data, { recursive: true });
  }, 300_000);

  // The second zone is the one that may lack something.
  for (const zone of isProof ? ["zone1", "zone2"] : ["zone2"]) {
    it(`${zone} alone gives back people, machines, and every snapshot up to its watermark; backups go on`, async () => {
      const data = join(product.folder, `again-${zone}`);
      const from = join(product.folder, `left-${zone}`);
      const report = await expectCommand(["recover", "--from", from, "--data", data, "--json"], {}, [0, 3]);
      expect(report.last).toMatchObject({ kind: "recovered", companies: 1, people: 2, machines: 3, term: 2 });
      console.log(`recovered from ${zone}: ${report.last.objectsRead} objects in ${report.last.seconds} s`);
      // Not a second time into the same folder.
      expect((await runCommand(["recover", "--from", from, "--data", data, "--json"])).code).toBe(1);
      await start(data);
      // Sessions are no history: everybody signs in again.
      for (const env of [product.ownerEnv, product.staffEnv]) await expectCommand(["login", "--json"], env);
      expect(await frozenOf(heldId)).toEqual(frozen);
      const earlier = queryAll(
        { ...product, data },
        "update snapshot set retain_until = received_at where frozen_at is not null returning 1",
      );
      await expect(earlier).rejects.toMatchObject({ code: "HF001" });
      expect(readOnlyFiles(join(from, "archive")).length).toBeGreaterThan(2);
      const within = [...made].filter(([, { commit }]) => commit <= (marks[zone] ?? 0));
      expect(within.length).toBeGreaterThan(0);
      for (const [snapshotId, { copy }] of within) {
        const target = join(product.folder, `out-${zone}`);
        await expectCommand(["restore", snapshotId, "--to", target, "--json"], product.ownerEnv, restoreCodes);
        const differences = compareTrees(copy, join(target, source), { hasOwners });
        expect(
          differences.filter((difference) => !/: time /.test(difference)),
          snapshotId,
        ).toEqual([]);
        rmSync(target, { recursive: true });
      }
      await expectCommand(["machines", "--json"], product.staffEnv);
      const fresh = join(product.folder, `agent-${zone}`);
      cpSync(state, fresh, { recursive: true });
      const next = await backUp(fresh, [source]);
      const target = join(product.folder, `next-${zone}`);
      await expectCommand(
        ["restore", String(next.last.snapshotId), "--to", target, "--json"],
        product.ownerEnv,
        restoreCodes,
      );
      const differences = compareTrees(source, join(target, source), { hasOwners });
      expect(differences.filter((difference) => !/: time /.test(difference))).toEqual([]);
      expect(readdirSync(target).length).toBeGreaterThan(0);
    }, 300_000);
  }
});
