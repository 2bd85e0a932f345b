import { Client } from "pg";
import type { PackMembers } from "../domain/store/pack-store.ts";
import type { ZoneStore } from "../domain/store/zone-store.ts";
import { JOURNALED_TABLES } from "./journal-tables.ts";
import { loadStatement } from "./statement.ts";

const CHUNKS_INSERT = loadStatement("chunks-insert");
const SETTLE = loadStatement("rebuild-settle");
const PRESENCE = loadStatement("rebuild-presence");
const PACKS = loadStatement("rebuild-packs");
const BEYOND = loadStatement("rebuild-beyond");
const COUNTS = loadStatement("rebuild-counts");

/** Rows of one statement. */
const BATCH_ROWS = 500;
const BATCH_MEMBERS = 10_000;
const ID_BYTES = 32;

/** One row of the journal that says what a table's row is. */
export interface RowImage {
  readonly kind: "row" | "row_base" | "row_removed";
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface RebuiltPack {
  readonly companyId: string;
  readonly packNo: number;
  readonly packId: string;
  readonly packKind: "content" | "meta";
  readonly tier: "backup" | "archive";
  readonly scope: number;
  readonly sizeBytes: number;
  readonly directoryOffset: number;
}

export interface ListedObject {
  readonly companyId: string;
  readonly objectKey: string;
  readonly sizeBytes: number;
}

interface TableShape {
  readonly columns: readonly string[];
  /** Those that are not worked out from others. */
  readonly own: readonly string[];
  readonly key: readonly string[];
}

/**
 * Fills an empty, migrated database from what a zone holds. Works as the superuser, with triggers and references switched off: the rows
 * were checked when they were made, and nothing else is connected yet.
 */
export class RebuildDatabase {
  readonly #client: Client;
  readonly #shapes = new Map<string, TableShape>();
  /** Keys of rows that were removed: an image of a base that was read before must not bring them back. */
  readonly #removed = new Set<string>();
  #pending: { readonly sql: string; readonly rows: Map<string, RowImage["row"]> } | null = null;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(superuserUrl: string): Promise<RebuildDatabase> {
    const client = new Client({ connectionString: superuserUrl });
    await client.connect();
    const rebuild = new RebuildDatabase(client);
    await client.query("set session_replication_role = replica");
    await client.query(
      "create temporary table listing (zone_id text, company_id uuid, object_key text, size_bytes bigint)",
    );
    for (const table of JOURNALED_TABLES) rebuild.#shapes.set(table, await rebuild.#readShape(table));
    return rebuild;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** Takes images in the order of the journal. A table or column that this version does not know is an error: use the newer one. */
  async apply(image: RowImage): Promise<void> {
    const shape = this.#shapes.get(image.table);
    if (!shape)
      throw new Error(`the journal has a table ${image.table} that this Holdfast does not know; use the newer one`);
    const unknown = Object.keys(image.row).find((column) => !shape.columns.includes(column));
    if (unknown !== undefined)
      throw new Error(
        `the journal has a column ${image.table}.${unknown} that this Holdfast does not know; use the newer one`,
      );
    const key = `${image.table} ${JSON.stringify(shape.key.map((column) => image.row[column]))}`;
    if (image.kind === "row_removed") {
      await this.flush();
      this.#removed.add(key);
      await this.#client.query(removeSql(image.table, shape), [JSON.stringify([image.row])]);
      return;
    }
    if (image.kind === "row_base" && this.#removed.has(key)) return;
    const columns = shape.own.filter((column) => column in image.row);
    const sql = image.kind === "row" ? replaceSql(image.table, columns, shape.key) : fillSql(image.table, columns);
    if (this.#pending?.sql !== sql || this.#pending.rows.size >= BATCH_ROWS) await this.flush();
    this.#pending ??= { sql, rows: new Map() };
    if (image.kind === "row" || !this.#pending.rows.has(key)) this.#pending.rows.set(key, image.row);
  }

  async flush(): Promise<void> {
    if (!this.#pending) return;
    const { sql, rows } = this.#pending;
    this.#pending = null;
    await this.#client.query(sql, [JSON.stringify([...rows.values()])]);
  }

  async listCompanyIds(): Promise<readonly string[]> {
    const { rows } = await this.#client.query<{ company_id: string }>(
      "select company_id from company order by company_id",
    );
    return rows.map((row) => row.company_id);
  }

  /** What was found in a zone, a page at a time. */
  async recordListing(zoneId: string, objects: readonly ListedObject[]): Promise<void> {
    await this.#client.query("insert into listing select $1, * from unnest($2::uuid[], $3::text[], $4::bigint[])", [
      zoneId,
      objects.map(({ companyId }) => companyId),
      objects.map(({ objectKey }) => objectKey),
      objects.map(({ sizeBytes }) => sizeBytes),
    ]);
  }

  /** Says of every pack and object in which zone it was found, and how many were found that nothing knows. */
  async settlePresence(): Promise<{ readonly unknownObjects: number }> {
    await this.#client.query("create index on listing (object_key, zone_id)");
    await this.#client.query("analyze listing");
    const results = (await this.#client.query(PRESENCE.text)) as unknown as { rows: { unknown: string }[] }[];
    return { unknownObjects: Number(results.at(-1)?.rows[0]?.unknown ?? 0) };
  }

  /** Packs whose index is to be read, by company and number. */
  async listPacks(
    after: { readonly companyId: string; readonly packNo: number } | null,
  ): Promise<readonly RebuiltPack[]> {
    const values = [after?.companyId ?? "00000000-0000-0000-0000-000000000000", after?.packNo ?? 0, BATCH_ROWS];
    const { rows } = await this.#client.query(PACKS.text, values);
    return rows.map((row) => ({
      companyId: String(row.company_id),
      packNo: Number(row.pack_no),
      packId: String(row.pack_id),
      packKind: row.kind === "meta" ? "meta" : "content",
      tier: row.tier === "archive" ? "archive" : "backup",
      scope: Number(row.scope),
      sizeBytes: Number(row.size_bytes),
      directoryOffset: Number(row.directory_offset),
    }));
  }

  async insertMembers(
    { companyId, scope, packNo }: RebuiltPack,
    { chunkIds, frames, kinds }: PackMembers,
  ): Promise<void> {
    for (let from = 0; from < frames.length; from += BATCH_MEMBERS) {
      const to = from + BATCH_MEMBERS;
      const ids = Buffer.from(chunkIds.subarray(from * ID_BYTES, to * ID_BYTES));
      const values = [companyId, scope, packNo, ids, frames.slice(from, to), kinds.slice(from, to)];
      await this.#client.query(CHUNKS_INSERT.text, values);
    }
  }

  /**
   * Ends what was open, works out the counters, and says where the journal goes on, under a new term. What is changed here stands in no
   * segment; the worker begins with a new base, which has it.
   */
  async settle(journal: {
    readonly term: number;
    readonly number: number;
    readonly hash: string;
    readonly seq: number;
  }): Promise<void> {
    await this.#client.query(SETTLE.text);
    await this.#client.query(
      "update journal_head set term = $1, number = $2, hash = decode($3, 'hex'), base_number = null, based_at = null",
      [journal.term, journal.number, journal.hash],
    );
    await this.#client.query("select setval(pg_get_serial_sequence('outbox', 'seq'), $1)", [journal.seq]);
    await this.#client.query("analyze");
  }

  /** Moves the watermarks as far as they go, and says what lies above all of those of `zoneIds`. */
  async listSnapshotsBeyond(store: Pick<ZoneStore, "advanceWatermark">, zoneIds: readonly string[]) {
    for (const companyId of await this.listCompanyIds())
      for (const zoneId of zoneIds) await store.advanceWatermark(companyId, zoneId);
    const { rows } = await this.#client.query<{ company_id: string; snapshot_id: string; received_at: Date }>(
      BEYOND.text,
      [zoneIds],
    );
    return rows.map((row) => ({
      companyId: row.company_id,
      snapshotId: row.snapshot_id,
      receivedAt: row.received_at.toISOString(),
    }));
  }

  async count(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.#client.query(COUNTS.text);
    return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]));
  }

  async #readShape(table: string): Promise<TableShape> {
    const read = async (text: string) =>
      (await this.#client.query<{ name: string }>(text, [table])).rows.map((row) => row.name);
    const all = "from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped";
    const columns = await read(`select attname as name ${all} order by attnum`);
    const own = await read(`select attname as name ${all} and attgenerated = '' order by attnum`);
    const key = await read(
      `select a.attname as name from pg_index i, unnest(i.indkey) with ordinality as k(attnum, at), pg_attribute a
       where i.indrelid = $1::regclass and i.indisprimary and a.attrelid = i.indrelid and a.attnum = k.attnum order by k.at`,
    );
    return { columns, own, key };
  }
}

function replaceSql(table: string, columns: readonly string[], key: readonly string[]): string {
  const set = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return `${insertSql(table, columns)} on conflict (${key.join(", ")}) do update set ${set.join(", ")}`;
}

function fillSql(table: string, columns: readonly string[]): string {
  return `${insertSql(table, columns)} on conflict do nothing`;
}

/** Only the columns that the images have: what a later version added gets its default. */
function insertSql(table: string, columns: readonly string[]): string {
  const list = columns.join(", ");
  return `insert into ${table} (${list}) overriding system value select ${list} from jsonb_populate_recordset(null::${table}, $1::jsonb)`;
}

function removeSql(table: string, { key }: TableShape): string {
  const same = key.map((column) => `t.${column} = r.${column}`).join(" and ");
  return `delete from ${table} t using jsonb_populate_recordset(null::${table}, $1::jsonb) r where ${same}`;
}
