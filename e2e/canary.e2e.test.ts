import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
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

/** [Note: canary] Known content and names go through the whole system; then everything on the provider's side is searched for them. */
const contentCanary = `canary-content-${randomBytes(12).toString("hex")}`;
const nameCanary = `canary-name-${randomBytes(12).toString("hex")}`;
const folderCanary = `canary-folder-${randomBytes(12).toString("hex")}`;
const sourceCanary = `canary-source-${randomBytes(12).toString("hex")}`;

/** The forms in which a leaked text would show: raw, hex, base64 at its three alignments, UTF-16. */
function formsOf(text: string): Buffer[] {
  const raw = Buffer.from(text);
  const shifted = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), raw])
      .toString("base64")
      .slice(pad ? 4 : 0, -4),
  );
  return [
    raw,
    Buffer.from(raw.toString("hex")),
    Buffer.from(raw.toString("hex").toUpperCase()),
    ...shifted.map((form) => Buffer.from(form)),
    Buffer.from(text, "utf16le"),
  ];
}

let product: Product;
let source: string;
let spy: Server;
let spyUrl: string;
const captured: Buffer[] = [];
const secrets = new Map<string, Buffer[]>();

/** Passes everything on to the product and keeps what was sent, as the provider's side would see it. */
function startSpy(port: number, target: string): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    captured.push(Buffer.from(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`));
    const upstream = httpRequest(
      new URL(incoming.url ?? "/", target),
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => {
      parts.push(part);
      upstream.write(part);
    });
    incoming.on("end", () => {
      captured.push(Buffer.concat(parts));
      upstream.end();
    });
    upstream.on("error", () => outgoing.destroy());
  });
  return new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
}

function findLeaks(where: string, bytes: Buffer): string[] {
  return [...secrets].flatMap(([secret, forms]) =>
    forms.some((form) => bytes.includes(form)) ? [`${secret} in ${where}`] : [],
  );
}

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
    secrets.set(text, formsOf(text));
}, 400_000);

afterAll(async () => {
  spy?.closeAllConnections();
  spy?.close();
  await product?.remove();
  rmSync(source, { recursive: true, force: true });
}, 60_000);

describe("the provider's side never holds plaintext, names or keys", () => {
  it("finds the canary where it must be, so that the search itself is proven", () => {
    expect(findLeaks("source", readFileSync(join(source, folderCanary, `${nameCanary}.txt`)))).not.toEqual([]);
    expect(findLeaks("hex", Buffer.from(Buffer.from(nameCanary).toString("hex")))).not.toEqual([]);
    for (const pad of ["", "x", "xx"])
      expect(
        findLeaks("base64", Buffer.from(Buffer.from(`${pad}${contentCanary}tail`).toString("base64"))),
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
    expect(captured.length).toBeGreaterThan(10);

    const leaks = captured.flatMap((bytes, number) => findLeaks(`request ${number}`, bytes));
    const files = filesBelow(product.data).filter((path) => !path.endsWith("demo.json"));
    expect(files.some((path) => path.includes("/zone2/"))).toBe(true);
    for (const path of files) leaks.push(...findLeaks(path, readFileSync(path)));
    const dumps = await databaseDump();
    expect(dumps.length).toBeGreaterThan(10);
    for (const dump of dumps) leaks.push(...findLeaks(`table ${dump.table}`, dump.rows));
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
