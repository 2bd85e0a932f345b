import { createHash } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { readBelow } from "./live-files.ts";
import { type Product, superuserUrl } from "./product.ts";
import { workerOf } from "./testing-processes.ts";

/** Runs statements as the database's superuser, who sees every row of every company. */
export async function queryAll(product: Product, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: superuserUrl(product) });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

export type Row = Record<string, unknown>;

/** Every value of every table, as it lies there. */
export async function dumpTables(product: Product): Promise<{ readonly table: string; readonly rows: Buffer }[]> {
  const tables = await queryAll(
    product,
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const dumps = [];
  for (const { name } of tables) {
    const values = (await queryAll(product, `select * from ${name}`)).flatMap((row) => Object.values(row));
    const raw = values.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? "")));
    dumps.push({ table: String(name), rows: Buffer.concat(raw) });
  }
  return dumps;
}

/**
 * These move by themselves: probes, wake-ups, nonces of refused calls, sessions of the test's own clients, what is expected of schedules, rounds
 * of scrub and sweep. The journal says what the other tables are, a moment later than they say it themselves.
 */
const RESTLESS = [
  "agent_nonce",
  "expected_run",
  "job",
  "journal_head",
  "journal_segment",
  "journal_zone",
  "outbox",
  "scrub_round",
  "session",
  "sweep",
  "sweep_live",
  "sweep_page",
  "zone",
];

/** When a machine was last heard of: every call that its agent signed moves it after half a minute, also one that is then refused. */
const RESTLESS_COLUMN = "last_seen_at";

/** The hash of every table's rows, by its name. */
export async function hashTables(product: Product): Promise<Record<string, string>> {
  const tables = await queryAll(
    product,
    "select table_name as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = 'public' order by 1",
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    if (RESTLESS.includes(String(name))) continue;
    const rows = await queryAll(
      product,
      `select md5(coalesce(string_agg(row, '|' order by row), '')) as hash
       from (select (to_jsonb(t) - '${RESTLESS_COLUMN}')::text as row from "${name}" t) as rows`,
    );
    hashes[String(name)] = String(rows[0]?.hash);
  }
  return hashes;
}

/** Every file below both zones with the hash of its bytes, also unfinished ones; without what the worker writes by itself: the journal, and canaries. */
export function hashZones(product: Product): Record<string, string> {
  const base = join(product.data, "zones");
  const worker = `_${workerOf(product.supervisor.pid ?? 0)}_`;
  const isWanted = (path: string) =>
    !/\/control\/(journal\/|canary-)/.test(path) && !(path.includes("/.unfinished/") && path.includes(worker));
  const hashes = [...readBelow(base, isWanted)].map(
    ([path, bytes]) => [path.slice(base.length + 1), createHash("sha256").update(bytes).digest("hex")] as const,
  );
  return Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything that the provider keeps; equal before and after means that nothing happened. */
export async function takeEvidence(
  product: Product,
): Promise<{ tables: Record<string, string>; zones: Record<string, string> }> {
  return { tables: await hashTables(product), zones: hashZones(product) };
}
