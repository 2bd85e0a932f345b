import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  backUp,
  expectCommand,
  freePort,
  type Product,
  restoreCodes,
  startProduct,
  superuserUrl,
  waitForZone2,
} from "./product.ts";
import { findLeaks, formsOfText, type Spy, startSpy } from "./testing-spy.ts";

/** [Note: canary] Known content and names go through the whole system; then everything on the provider's side is searched for them. */
const contentCanary = `canary-content-${randomBytes(12).toString("hex")}`;
const nameCanary = `canary-name-${randomBytes(12).toString("hex")}`;
const folderCanary = `canary-folder-${randomBytes(12).toString("hex")}`;
const sourceCanary = `canary-source-${randomBytes(12).toString("hex")}`;

let product: Product;
let source: string;
let spy: Spy;
let spyUrl: string;
const secrets = new Map<string, Buffer[]>();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function databaseDump(): Promise<{ table: string; rows: Buffer }[]> {
  const client = new pg.Client({ connectionString: superuserUrl(product) });
  await client.connect();
  try {
    const tables = await client.query<{ schema: string; name: string }>(
      "select table_schema as schema, table_name as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
    );
    const dumps = [];
    for (const { schema, name } of tables.rows) {
      const rows = await client.query(`select * from "${schema}"."${name}"`);
      const raw = rows.rows.flatMap((row: Record<string, unknown>) =>
        Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? ""))),
      );
      dumps.push({ table: `${schema}.${name}`, rows: Buffer.concat(raw) });
    }
    return dumps;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), "holdfast-canary-"));
  mkdirSync(join(source, folderCanary));
  writeFileSync(join(source, folderCanary, `${nameCanary}.txt`), `${contentCanary}\n`.repeat(50));
  writeFileSync(
    join(source, folderCanary, "large.bin"),
    Buffer.concat([randomBytes(3_000_000), Buffer.from(contentCanary), randomBytes(3_000_000)]),
  );
  product = await startProduct();
  const port = await freePort();
  spy = await startSpy(port, product.url);
  spyUrl = `http://127.0.0.1:${port}`;
  for (const text of [
    contentCanary,
    nameCanary,
    folderCanary,
    sourceCanary,
    product.demo.owner.passphrase,
    product.demo.owner.recoveryKey,
  ])
    secrets.set(text, formsOfText(text));
}, 400_000);

afterAll(async () => {
  spy?.close();
  await product?.remove();
  rmSync(source, { recursive: true, force: true });
}, 60_000);

describe("the provider's side never holds plaintext, names or keys", () => {
  it("finds the canary where it must be, so that the search itself is proven", () => {
    expect(findLeaks(secrets, "source", readFileSync(join(source, folderCanary, `${nameCanary}.txt`)))).not.toEqual([]);
    expect(findLeaks(secrets, "hex", Buffer.from(Buffer.from(nameCanary).toString("hex")))).not.toEqual([]);
    for (const pad of ["", "x", "xx"])
      expect(
        findLeaks(secrets, "base64", Buffer.from(Buffer.from(`${pad}${contentCanary}tail`).toString("base64"))),
      ).not.toEqual([]);
  });

  it("leaves nothing in zones, database, logs, temporary files or requests after a backup, listing, restore and verify", async () => {
    const env = { ...product.ownerEnv, HOLDFAST_PORTAL: spyUrl };
    const link = String((await expectCommand(["enrolments", "create", "--json"], env)).last.link);
    const state = join(product.folder, "agent-canary");
    const through = new URL(link);
    through.host = new URL(spyUrl).host;
    await expectCommand(["agent", "enrol", through.href, "--name", "canary-machine", "--state", state, "--json"]);
    const done = await backUp(state, [source], ["--source", sourceCanary]);
    const snapshotId = String(done.last.snapshotId);
    await expectCommand(["ls", snapshotId, join(source, folderCanary), "--json"], env);
    await expectCommand(["restore", snapshotId, "--to", join(product.folder, "out"), "--json"], env, restoreCodes);
    await expectCommand(["verify", snapshotId, "--json"], env);
    await waitForZone2(product, snapshotId);
    expect(spy.captured.length).toBeGreaterThan(10);

    const leaks = spy.captured.flatMap((bytes, number) => findLeaks(secrets, `request ${number}`, bytes));
    const files = filesBelow(product.data).filter((path) => !path.endsWith("demo.json"));
    expect(files.some((path) => path.includes("/zone2/"))).toBe(true);
    for (const path of files) leaks.push(...findLeaks(secrets, path, readFileSync(path)));
    const dumps = await databaseDump();
    expect(dumps.length).toBeGreaterThan(10);
    for (const dump of dumps) leaks.push(...findLeaks(secrets, `table ${dump.table}`, dump.rows));
    expect(leaks).toEqual([]);
  }, 300_000);

  it("leaves no compressed form of the content in any stored object", () => {
    const text = Buffer.from(`${contentCanary}\n`.repeat(50));
    const marks = [zstdCompressSync(text), gzipSync(text)].map((compressed) =>
      compressed.subarray(20, Math.min(compressed.length - 8, 60)),
    );
    for (const path of filesBelow(join(product.data, "zones"))) {
      const bytes = readFileSync(path);
      for (const mark of marks) expect(bytes.includes(mark), path).toBe(false);
    }
  });
});
