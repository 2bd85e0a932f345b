import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3Server } from "../server/zones/testing/s3-server.ts";
import { compareTrees } from "./compare-trees.ts";
import {
  backUp,
  checkout,
  enrolMachine,
  expectCommand,
  isProof,
  listObjects,
  type Product,
  restoreCodes,
  startProduct,
  waitUntil,
} from "./product.ts";
import { copyRealFiles, writeLargeFile } from "./real-tree.ts";

const MiB = 1024 * 1024;
const minimumFiles = isProof ? 20_000 : 500;
const largeFileBytes = (isProof ? 512 : 24) * MiB + 123;
const hasOwners = process.getuid?.() === 0;

let product: Product;
let server: S3Server;
let folder: string;
let source: string;
let state: string;

const companyOf = (name: string) => `companies/${product.demo.companyId}/${name}`;

/** Of every 20 requests, one is slowed down and one is cut off: stores do that, and nobody should notice. */
function beUnreliable(): void {
  let count = 0;
  server.fault = () => {
    count += 1;
    if (count % 20 === 7) return { kind: "answer", status: 503, code: "SlowDown" };
    return count % 20 === 14 ? { kind: "reset" } : null;
  };
}

async function restoreAndCompare(snapshotId: string, name: string): Promise<void> {
  const to = join(folder, name);
  await expectCommand(["restore", snapshotId, "--to", to, "--json"], product.ownerEnv, restoreCodes);
  expect(compareTrees(source, join(to, source), { hasOwners })).toEqual([]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-s3-"));
  chmodSync(folder, 0o755);
  server = await new S3Server({ buckets: ["frankfurt", "frankfurt-frozen"] }).start();
  beUnreliable();
  const keys = `AWS_ACCESS_KEY_ID=${server.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${server.secretAccessKey}\n`;
  writeFileSync(join(folder, "frankfurt.env"), keys, { mode: 0o600 });
  const zones = [
    { zoneId: "zone1", ordinal: 1, name: "Here", kind: "fs", path: "zones/zone1" },
    {
      zoneId: "zone2",
      ordinal: 2,
      name: "Frankfurt",
      kind: "s3",
      endpoint: server.endpoint,
      region: server.region,
      buckets: { backup: "frankfurt", archive: "frankfurt-frozen" },
      credentials: { file: join(folder, "frankfurt.env") },
    },
  ];
  writeFileSync(join(folder, "zones.json"), JSON.stringify({ zones }));
  source = join(folder, "source");
  mkdirSync(source);
  copyRealFiles(join(source, "real"), minimumFiles, checkout);
  writeLargeFile(join(source, "large.bin"), largeFileBytes);
  product = await startProduct({ folder, args: ["--zones", join(folder, "zones.json")] });
}, 600_000);

afterAll(async () => {
  await product?.remove();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("zone 2 in buckets", () => {
  let first: string;

  it("is brought up to date with what zone 1 got", async () => {
    state = await enrolMachine(product, "mixed");
    first = String((await backUp(state, [source])).last.snapshotId);
    const zone1 = join(product.data, "zones", "zone1", "backup", "companies", product.demo.companyId);
    const stored = server.objects("frankfurt");
    await waitUntil("the bucket holding all of zone 1", 300_000, () =>
      listObjects(zone1).every((key) => stored.has(companyOf(key))),
    );
    const keys = [...stored.keys()].filter((key) => key.startsWith(companyOf("packs/")));
    expect(keys.length).toBeGreaterThan(1);
    for (const key of listObjects(zone1)) {
      expect(stored.get(companyOf(key))?.equals(readFileSync(join(zone1, key)))).toBe(true);
    }
  }, 600_000);

  it("restores everything alone once zone 1 is deleted, byte for byte", async () => {
    rmSync(join(product.data, "zones", "zone1"), { recursive: true });
    await restoreAndCompare(first, "restored");
  }, 600_000);

  it("takes the next backup, and gives it back", async () => {
    appendFileSync(join(source, "large.bin"), "and then some");
    const done = await backUp(state, [source]);
    expect(done.last).toMatchObject({ outcome: "complete" });
    await restoreAndCompare(String(done.last.snapshotId), "restored-again");
  }, 600_000);

  it("whose keys stand in no log, setting or record of the service", () => {
    const files = ["holdfast.json", ...readdirSync(join(product.data, "logs")).map((name) => join("logs", name))];
    expect(files.length).toBeGreaterThan(2);
    for (const name of files) {
      const text = readFileSync(join(product.data, name), "utf8");
      expect(text).not.toContain(server.secretAccessKey);
      expect(text).not.toContain(server.accessKeyId);
    }
  });
});
