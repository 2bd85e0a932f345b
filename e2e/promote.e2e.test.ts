import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareTrees } from "./compare-trees.ts";
import { readBelow } from "./live-files.ts";
import {
  backUp,
  checkout,
  enrolMachine,
  expectCommand,
  freePort,
  type Product,
  restoreCodes,
  runCommand,
  startProduct,
  waitUntil,
} from "./product.ts";
import { queryAll } from "./testing-evidence.ts";
import { type Line, openLine } from "./testing-line.ts";
import { listProcesses, signalAll, workerOf } from "./testing-processes.ts";

const hasOwners = process.getuid?.() === 0;

/** The first site: its service, and zone 1. */
let old: Product;
/** The address that agents and people know; it leads to one of the two services. */
let line: Line;
let folder: string;
let source: string;
let zonesFile: string;
/** An agent that meets the new side, and one that does not before the old one is back. */
let survivor: string;
let stranger: string;
let promoted: ChildProcess | null = null;
let oldPids: readonly number[] = [];

const zonePath = (zoneId: string) => join(folder, "sites", zoneId);
const hidden = () => join(folder, "hidden");
const promotedData = () => join(folder, "promoted");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"));
  mkdirSync(join(folder, "sites"), { mode: 0o755 });
  zonesFile = join(folder, "zones.json");
  const zones = ["zone1", "zone2"].map((zoneId, at) => {
    return { zoneId, ordinal: at + 1, name: `Site ${at + 1}`, kind: "fs", path: zonePath(zoneId) };
  });
  writeFileSync(zonesFile, JSON.stringify({ zones }));
  const port = await freePort();
  line = await openLine(port);
  const env = { HOLDFAST_PUBLIC_URL: `http://127.0.0.1:${line.port}` };
  old = await startProduct({ folder, port, args: ["--zones", zonesFile], env });
  // A link leads to where it was made.
  const known = { ...old, ownerEnv: owner() };
  survivor = await enrolMachine(known, "survivor");
  stranger = await enrolMachine(known, "stranger");
  source = join(folder, "source");
  mkdirSync(source);
}, 400_000);

afterAll(async () => {
  if (promoted !== null) await stop(promoted);
  signalAll(oldPids, "SIGCONT");
  line?.close();
  await old?.remove();
}, 120_000);

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function startPromoted(): Promise<void> {
  const port = await freePort();
  const args = [join(checkout, "bin", "holdfast"), "start", "--data", promotedData(), "--port", String(port), "--json"];
  const env = { ...process.env, HOLDFAST_PUBLIC_URL: `http://127.0.0.1:${line.port}` };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  promoted = child;
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await waitUntil("the promoted service", 300_000, () => output.includes('"kind":"ready"'));
  line.targetPort = port;
}

/** As people of the company, by the address that they know. */
const owner = () => ({ ...old.ownerEnv, HOLDFAST_PORTAL: `http://127.0.0.1:${line.port}` });
const errorOf = (last: Record<string, unknown>) => (last.error as { code?: string } | undefined)?.code;

async function whole(data: string, zoneId: string): Promise<boolean> {
  const rows = await queryAll(
    { ...old, data },
    `select coalesce(w.commit, 0) >= c.last_commit as is_whole from company c
     left join watermark w on w.company_id = c.company_id and w.zone_id = $1`,
    [zoneId],
  );
  return rows.every((row) => row.is_whole === true);
}

async function expectRestored(snapshotId: string, like: string): Promise<void> {
  const target = join(folder, `out-${snapshotId}`);
  await expectCommand(["restore", snapshotId, "--to", target, "--json"], owner(), restoreCodes);
  const differences = compareTrees(like, join(target, source), { hasOwners });
  expect(differences.filter((difference) => !/: time /.test(difference))).toEqual([]);
}

/** Every object of a zone by its name, without what moves by itself: the journal and canaries. */
function objectsOf(zoneId: string): Map<string, string> {
  const base = zonePath(zoneId);
  const files = readBelow(
    base,
    (path) => !/\/control\/(journal\/|canary-)|\/\.unfinished\//.test(path.slice(base.length)),
  );
  const hashed = [...files].map(([path, bytes]) => {
    return [path.slice(base.length + 1), createHash("sha256").update(bytes).digest("hex")] as const;
  });
  return new Map(hashed.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A pack that nothing reaches, and that the old side was about to delete when it was cut off: it lies in both zones. */
async function beginDeletion(): Promise<void> {
  const bytes = randomBytes(2_000);
  const name = createHash("sha256").update(bytes).digest("hex");
  for (const zoneId of ["zone1", "zone2"]) {
    const packs = join(zonePath(zoneId), "backup", "companies", old.demo.companyId, "packs", name.slice(0, 2));
    mkdirSync(packs, { recursive: true });
    writeFileSync(join(packs, name), bytes);
  }
  const columns = "company_id, kind, scope, directory_offset, directory_size, machine_id, run_id";
  await queryAll(
    old,
    `insert into pack (pack_id, size_bytes, state, ${columns})
     select decode($1, 'hex'), $2, 'deleting', ${columns} from pack where kind = 'content' and tier = 'backup' limit 1`,
    [name, bytes.length],
  );
}

describe("the site of the database is lost, with the first zone", () => {
  let firstId = "";
  /** Stored by the old side when nothing reached the other zone any more. */
  let apartId = "";
  let left = new Map<string, string>();

  it("a backup is in both zones, and another one in the first alone, when the site is cut off", async () => {
    writeFileSync(join(source, "letter.txt"), "first");
    writeFileSync(join(source, "scan.bin"), randomBytes(400_000));
    firstId = String((await backUp(survivor, [source])).last.snapshotId);
    cpSync(source, join(folder, "copy"), { recursive: true, preserveTimestamps: true });
    await waitUntil("zone 2 being up to date", 60_000, () => whole(old.data, "zone2"));
    const launcher = old.supervisor.pid ?? 0;
    signalAll([workerOf(launcher)], "SIGSTOP");
    writeFileSync(join(source, "apart.bin"), randomBytes(300_000));
    apartId = String((await backUp(survivor, [source])).last.snapshotId);
    oldPids = listProcesses(launcher);
    signalAll(oldPids, "SIGSTOP");
    left = objectsOf("zone1");
    renameSync(zonePath("zone1"), hidden());
  }, 120_000);

  it("the other site goes on from its zone: it restores, and takes backups", async () => {
    const began = performance.now();
    const { last } = await expectCommand(["zones", "promote", zonesFile, "--data", promotedData(), "--json"]);
    console.log(`promoted: ${last.objectsRead} objects in ${last.seconds} s`);
    expect(last).toMatchObject({ kind: "promoted", companies: 1, people: 2, machines: 3, term: 2 });
    expect(last).toMatchObject({ answered: ["zone2"], away: ["zone1"] });
    const settings = JSON.parse(readFileSync(join(promotedData(), "holdfast.json"), "utf8")) as {
      zones: { zoneId: string; ordinal: number; identities?: object }[];
    };
    const shown = settings.zones.map(({ zoneId, ordinal, identities }) => [zoneId, ordinal, identities !== undefined]);
    expect(shown).toEqual([
      ["zone2", 1, true],
      ["zone1", 2, false],
    ]);
    await startPromoted();
    console.log(`serving after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await expectCommand(["login", "--json"], owner());
    await expectRestored(firstId, join(folder, "copy"));
    const next = await backUp(survivor, [source]);
    await expectRestored(String(next.last.snapshotId), source);
    expect(existsSync(zonePath("zone1"))).toBe(false);
  }, 400_000);

  it("the old side comes back alive: the lost zone gets the new term, loses nothing, and is caught up by the new side", async () => {
    renameSync(hidden(), zonePath("zone1"));
    signalAll(oldPids.toReversed(), "SIGCONT");
    await waitUntil("zone 1 being caught up", 120_000, () => whole(promotedData(), "zone1"));
    const now = objectsOf("zone1");
    for (const [key, hash] of left) expect(now.get(key), key).toBe(hash);
    const other = objectsOf("zone2");
    const added = [...now].filter(([key]) => !left.has(key));
    expect(added.map(([key]) => key)).toContain(join("backup", "control", "term-2"));
    expect(added.filter(([key, hash]) => other.get(key) !== hash)).toEqual([]);
  }, 400_000);

  it("whatever the old side tries is refused by name, and nothing in the zones changes by it", async () => {
    await beginDeletion();
    const before = [objectsOf("zone1"), objectsOf("zone2")];
    writeFileSync(join(source, "more.bin"), randomBytes(200_000));
    const newPort = line.targetPort;
    line.targetPort = Number(new URL(old.url).port);
    await waitUntil("the old side", 30_000, async () => (await fetch(`${old.url}/healthz`)).ok);
    const met = await runCommand(["agent", "backup", source, "--state", survivor, "--json"]);
    expect([met.code, errorOf(met.last)]).toEqual([1, "control_term_rolled_back"]);
    const unmet = await runCommand(["agent", "backup", source, "--state", stranger, "--json"]);
    expect([unmet.code, errorOf(unmet.last)]).toEqual([1, "service_taken_over"]);
    const sweep = await expectCommand(["sweep", "--data", old.data, "--json"], {}, [3]);
    expect(sweep.lines.find(({ tier }) => tier === "backup")).toMatchObject({
      deleted: 0,
      held: { code: "term_differs" },
    });
    line.targetPort = newPort;
    expect([objectsOf("zone1"), objectsOf("zone2")]).toEqual(before);
    // It goes on at the new side, also for whom the old one had refused.
    for (const state of [survivor, stranger]) await backUp(state, [source]);
  }, 120_000);

  it("what only the lost side knew is named for a person, and stays", async () => {
    const { lines, last } = await expectCommand(["zones", "compare", "--data", promotedData(), "--json"], {}, [3]);
    expect(last).toMatchObject({ kind: "compared", away: [], unknown: 1 });
    expect(lines[0]).toMatchObject({ kind: "unknown", zoneId: "zone1", snapshotId: apartId });
    rmSync(join(folder, "copy"), { recursive: true });
  }, 60_000);
});
