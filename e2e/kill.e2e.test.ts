import { createHash, randomBytes, randomInt } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareTrees } from "./compare-trees.ts";
import {
  childOf,
  enrolMachine,
  expectCommand,
  isProof,
  listObjects,
  type Product,
  restoreCodes,
  startCommand,
  startProduct,
  superuserUrl,
  waitUntil,
} from "./product.ts";

const rounds = isProof ? 50 : 4;
const MiB = 1024 * 1024;
const hasOwners = process.getuid?.() === 0;

let product: Product;
let folder: string;
let source: string;
let state: string;
/** What the source looked like when each committed snapshot was made. */
const copies = new Map<string, string>();

type Victim = "agent" | "gateway" | "worker" | "postgres";
const victims: readonly Victim[] = ["agent", "gateway", "worker", "postgres"];

function supervisorPid(): number {
  return childOf(product.supervisor.pid ?? 0, "start") ?? product.supervisor.pid ?? 0;
}

function pidOf(victim: Victim, agent: number): number | null {
  if (victim === "agent") return childOf(agent, "backup") ?? agent;
  if (victim === "postgres")
    return Number(readFileSync(join(product.data, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0]);
  const parents = [supervisorPid(), product.supervisor.pid ?? 0];
  return parents.map((parent) => childOf(parent, `server/${victim}/main`)).find((pid) => pid !== null) ?? null;
}

function changeSource(round: number): void {
  for (let number = 0; number < 40; number += 1)
    writeFileSync(join(source, `small-${round}-${number}.txt`), `${round} ${number} `.repeat(randomInt(1, 400)));
  writeFileSync(join(source, `large-${round}.bin`), randomBytes(isProof ? 200 * MiB : 64 * MiB));
  if (round > 2) rmSync(join(source, `large-${round - 2}.bin`), { force: true });
}

/** The object's last name component carries its SHA-256: a torn object would not fit it. */
function findTorn(zone: string): string[] {
  const base = join(product.data, "zones", zone, "backup", "companies", product.demo.companyId);
  return listObjects(base).filter((key) => {
    const name = /([0-9a-f]{64})$/.exec(key)?.[1];
    return (
      name !== undefined &&
      createHash("sha256")
        .update(readFileSync(join(base, key)))
        .digest("hex") !== name &&
      !key.startsWith("headers/")
    );
  });
}

async function countTwiceSent(): Promise<number> {
  const client = new pg.Client({ connectionString: superuserUrl(product) });
  await client.connect();
  try {
    const answer = await client.query<{ count: string }>(
      "select count(*) from (select chunk_id from chunk where kind = 1 and company_id = $1 group by company_id, scope, chunk_id having count(*) > 1) twice",
      [product.demo.companyId],
    );
    return Number(answer.rows[0]?.count);
  } finally {
    await client.end();
  }
}

async function backUpUntilComplete(): Promise<string> {
  return waitUntil("a complete backup after the kill", 180_000, async () => {
    const result = await startCommand(["agent", "backup", source, "--state", state, "--json"]).done;
    return result.code === 0 ? String(result.last.snapshotId) : null;
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-kill-"));
  source = join(folder, "source");
  mkdirSync(source);
  product = await startProduct();
  state = await enrolMachine(product, "victim");
}, 400_000);

afterAll(async () => {
  await product?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("kill -9 at random moments", () => {
  for (let round = 1; round <= rounds; round += 1) {
    const victim = victims[round % victims.length] ?? "agent";
    it(`round ${round}: the ${victim} is killed, and the next try finishes`, async () => {
      changeSource(round);
      const running = startCommand(["agent", "backup", source, "--state", state, "--json"]);
      await new Promise((resolve) => setTimeout(resolve, randomInt(300, 1500)));
      const pid = pidOf(victim, running.child.pid ?? 0);
      expect(pid, `the ${victim} runs`).not.toBeNull();
      // An agent that had finished before the moment came is no interruption; the next rounds have other moments.
      if (pid !== null && (victim !== "agent" || running.child.exitCode === null)) process.kill(pid, "SIGKILL");
      const interrupted = await running.done;
      const snapshotId = interrupted.code === 0 ? String(interrupted.last.snapshotId) : await backUpUntilComplete();
      const copy = join(folder, `copy-${round}`);
      cpSync(source, copy, { recursive: true, preserveTimestamps: true });
      copies.set(snapshotId, copy);
      await waitUntil("healthy again", 60_000, async () => (await fetch(`${product.url}/healthz`)).ok);
    }, 300_000);
  }

  it("sent nothing twice that had arrived", async () => {
    expect(await countTwiceSent()).toBe(0);
  });

  it("left nothing torn in the zones", () => {
    expect(findTorn("zone1")).toEqual([]);
    expect(findTorn("zone2")).toEqual([]);
  });

  it("restores every committed snapshot", async () => {
    for (const [snapshotId, copy] of copies) {
      const target = join(folder, "out");
      await expectCommand(["restore", snapshotId, "--to", target, "--json"], product.ownerEnv, restoreCodes);
      const differences = compareTrees(copy, join(target, source), { hasOwners }).filter(
        (difference) => !/: time /.test(difference),
      );
      expect(differences, snapshotId).toEqual([]);
      rmSync(target, { recursive: true, force: true });
    }
    expect(existsSync(join(folder, "copy-1"))).toBe(true);
  }, 900_000);
});
