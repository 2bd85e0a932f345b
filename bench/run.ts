import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, type Product, startProduct } from "../e2e/product.ts";
import { type Corpus, makeCorpus } from "./corpus.ts";
import { type HoldfastRound, holdfastRound } from "./holdfast-round.ts";
import { measure, median } from "./measure.ts";
import { measureOrders } from "./order.ts";
import { writeSection } from "./results.ts";
import { borgRound, type Round, resticRound, versionOf } from "./rivals.ts";
import { measureVaultDownload } from "./vault-download.ts";
import { measureVaultReading } from "./vault-reading.ts";

/** Rounds of each program, alternating; the table shows medians. */
const rounds = Number(process.env.HOLDFAST_BENCH_ROUNDS ?? 5);
const neededBytes = 14 * 1024 ** 3;

interface Row {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
  /** Of restic's figure, at most. */
  readonly goal: number | null;
  /** What is shown where there is no goal, or nothing to compare with. */
  readonly limit: string;
  read(round: Round | HoldfastRound): number;
}

const serverCpu = (round: Round | HoldfastRound) => ("serverCpuSeconds" in round ? round.serverCpuSeconds : 0);
const rows: readonly Row[] = [
  { name: "First backup", unit: "s", digits: 1, goal: 0.6, limit: "", read: (round) => round.first.wallSeconds },
  { name: "No change", unit: "s", digits: 2, goal: 0.3, limit: "", read: (round) => round.unchanged.wallSeconds },
  { name: "Restore of all", unit: "s", digits: 1, goal: 0.4, limit: "", read: (round) => round.restore.wallSeconds },
  {
    name: "CPU of the first backup (ours: agent, gateway, PostgreSQL)",
    unit: "s",
    digits: 1,
    goal: 0.8,
    limit: "",
    read: (round) => round.first.cpuSeconds + serverCpu(round),
  },
  { name: "Stored", unit: "MB", digits: 0, goal: 1, limit: "", read: (round) => round.storedBytes / 1e6 },
  {
    name: "Peak memory, first backup",
    unit: "MiB",
    digits: 0,
    goal: null,
    limit: "300 MiB",
    read: (round) => round.first.peakMiB,
  },
  {
    name: "Peak memory, restore",
    unit: "MiB",
    digits: 0,
    goal: null,
    limit: "",
    read: (round) => round.restore.peakMiB,
  },
];

/** What a signal has to stop, too. */
let running: Product | null = null;

/** Memory-backed where there is room, so that the programs are compared and not the disk; or the folder that was named, which keeps its corpus. */
function workFolder(): { path: string; isMemory: boolean } {
  const kept = process.env.HOLDFAST_BENCH_FOLDER;
  const shm = "/dev/shm";
  if (kept !== undefined) return { path: kept, isMemory: kept.startsWith(`${shm}/`) };
  const isMemory = existsSync(shm) && statfsSync(shm).bavail * statfsSync(shm).bsize > neededBytes;
  return { path: mkdtempSync(join(isMemory ? shm : tmpdir(), "holdfast-bench-")), isMemory };
}

function tableOf(results: ReadonlyMap<string, readonly (Round | HoldfastRound)[]>, count: number): string {
  const names = [...results.keys()];
  const lines = [
    `| median of ${count} | ${names.join(" | ")} | Holdfast / restic | goal |`,
    `|---|${names.map(() => "---:").join("|")}|---:|---:|`,
  ];
  for (const row of rows) {
    const values = names.map((name) => median((results.get(name) ?? []).map((round) => row.read(round))));
    const restic = values[names.indexOf("restic")];
    const ratio = restic ? (values[0] ?? Number.NaN) / restic : Number.NaN;
    const reached = ratio <= (row.goal ?? 0) ? "reached" : "**missed**";
    const goal = row.goal === null || restic === undefined ? row.limit : `${row.goal} ${reached}`;
    lines.push(
      `| ${row.name}, ${row.unit} | ${values.map((value) => value.toFixed(row.digits)).join(" | ")} | ${Number.isNaN(ratio) ? "" : ratio.toFixed(2)} | ${goal} |`,
    );
  }
  return lines.join("\n");
}

async function rivalsOf(): Promise<Map<string, (folder: string, corpus: string) => Promise<Round>>> {
  const rivals = new Map<string, (folder: string, corpus: string) => Promise<Round>>();
  if (versionOf("restic", ["version"])) rivals.set("restic", resticRound);
  if (versionOf("borg", ["--version"])) rivals.set("borg", borgRound);
  return rivals;
}

/** What the file system alone takes for the restore: seconds of a plain copy with owners, modes and times. */
async function plainCopy(folder: string, corpus: string): Promise<number> {
  const target = join(folder, "plain-copy");
  const { wallSeconds } = await measure(["cp", "-a", corpus, target]);
  rmSync(target, { recursive: true, force: true });
  return wallSeconds;
}

async function compare(
  folder: string,
  corpus: Corpus,
  replication: "paused" | "running",
  count: number,
): Promise<Map<string, (Round | HoldfastRound)[]>> {
  const rivals = replication === "paused" ? await rivalsOf() : new Map<string, typeof resticRound>();
  const results = new Map<string, (Round | HoldfastRound)[]>([
    ["Holdfast", []],
    ...[...rivals.keys()].map((name): [string, Round[]] => [name, []]),
  ]);
  const productFolder = join(folder, `product-${replication}`);
  mkdirSync(productFolder, { mode: 0o755 });
  const product = await startProduct({ folder: productFolder, env: { HOLDFAST_REPLICATION: replication } });
  running = product;
  try {
    for (let round = 1; round <= count; round += 1) {
      for (const [name, done] of results) {
        const rival = rivals.get(name);
        const result = rival
          ? await rival(folder, corpus.path)
          : await holdfastRound(product, corpus.path, `${replication}-${round}`);
        done.push(result);
        console.log(
          `${replication} ${round} ${name}: first ${result.first.wallSeconds.toFixed(1)} s (cpu ${(result.first.cpuSeconds + serverCpu(result)).toFixed(1)}), unchanged ${result.unchanged.wallSeconds.toFixed(2)} s, restore ${result.restore.wallSeconds.toFixed(1)} s, peak ${result.first.peakMiB.toFixed(0)} MiB`,
        );
      }
    }
  } finally {
    await product.remove();
  }
  return results;
}

const { path: folder, isMemory } = workFolder();

function removeFolder(): void {
  if (process.env.HOLDFAST_BENCH_FOLDER === undefined) rmSync(folder, { recursive: true, force: true });
}

process.umask(0o022);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await running?.remove();
    removeFolder();
    process.exit(1);
  });
}
async function compareWithOthers(): Promise<void> {
  const corpus = makeCorpus(folder, checkout);
  console.log(`corpus: ${corpus.files} files, ${(corpus.bytes / 1e9).toFixed(2)} GB`);
  const paused = tableOf(await compare(folder, corpus, "paused", rounds), rounds);
  const copies: number[] = [];
  for (let copy = 1; copy <= rounds; copy += 1) copies.push(await plainCopy(folder, corpus.path));
  const running = tableOf(await compare(folder, corpus, "running", 1), 1);
  const orders = measureOrders(join(corpus.path, "source"), 100e6);
  const ofSource = (bytes: number) => (bytes / orders.source).toFixed(3);
  const versions = [versionOf("restic", ["version"]), versionOf("borg", ["--version"])]
    .filter((version) => version !== null)
    .join("; ");
  const text = `${corpus.files} files, ${(corpus.bytes / 1e9).toFixed(2)} GB; ${cpus().length} cores, ${cpus()[0]?.model ?? ""}; Node ${process.version}; ${versions}. Source, zones and repositories ${isMemory ? "on tmpfs, because the disk would be the bottleneck" : "on disk"}.\n\n${paused}\n\nA plain copy of the corpus (\`cp -a\`, one process, median of ${rounds}) takes ${median(copies).toFixed(1)} s here: what the file system alone costs a restore.\n\nWith replication to zone 2 running (1 round):\n\n${running}\n\nOrder of the steps, on ${(orders.source / 1e6).toFixed(0)} MB of source text: compress then encrypt stores ${ofSource(orders.compressFirst)} of it, encrypt then compress ${ofSource(orders.encryptFirst)}.\n`;
  writeSection("Backup and restore", text);
  console.log(text);
}

/** In a product of its own. */
async function measureApart(title: string, measureIn: (productFolder: string) => Promise<string>): Promise<void> {
  const productFolder = mkdtempSync(join(folder, "product-"));
  chmodSync(productFolder, 0o755);
  const text = await measureIn(productFolder);
  writeSection(title, text);
  console.log(text);
}

/** All, unless some are named. */
const named = process.argv.slice(2);
const sections: readonly (readonly [string, () => Promise<void>])[] = [
  ["backup", compareWithOthers],
  ["vault-download", () => measureApart("Taking it home in a browser", measureVaultDownload)],
  ["vault-reading", () => measureApart("Looking around in a browser", measureVaultReading)],
];

try {
  chmodSync(folder, 0o755);
  for (const [name, measureSection] of sections) if (named.length === 0 || named.includes(name)) await measureSection();
} finally {
  removeFolder();
}
