import type { JournalHead, JournalStore } from "../domain/journal/journal-store.ts";
import { isOfProvider, JOURNALED_TABLES } from "./journal-tables.ts";
import type { PgDatabase } from "./pg-database.ts";
import { loadStatement } from "./statement.ts";
import { PROVIDER_ID, type Tx, withJournal } from "./transaction.ts";

const HEAD_LOCK = loadStatement("journal-head-lock");
const HEAD_READ = loadStatement("journal-head-read");
const HEAD_MOVE = loadStatement("journal-head-move");
const WAITING = loadStatement("journal-waiting");
const TAKE = loadStatement("journal-take");
const SEGMENT_INSERT = loadStatement("journal-segment-insert");
const SEGMENTS = loadStatement("journal-segments");
const ZONE_READ = loadStatement("journal-zone-read");
const ZONE_PUT = loadStatement("journal-zone-put");
const FORGET_ROWS = loadStatement("journal-forget-rows");
const FORGET_SEGMENTS = loadStatement("journal-forget-segments");
const INSERT = loadStatement("journal-insert");
const IS_TAKEN = loadStatement("journal-is-taken");
const BASE_DONE = loadStatement("journal-base-done");

/** Blocks of 8 KiB that one statement of a base reads: some thousand rows, a few milliseconds. */
const BASE_BLOCKS = 128;

interface HeadRecord {
  readonly term: number;
  readonly number: number;
  readonly hash: string;
  readonly base_number: number | null;
  readonly based_at: Date | null;
}

interface WaitingRecord {
  readonly company_id: string;
  readonly seq: number;
  readonly at: Date;
  readonly kind: string;
  readonly payload: string;
}

/** The journal in PostgreSQL, under the one role that may look across companies at what was changed. */
export function createPgJournalStore(database: PgDatabase): JournalStore {
  const inOne = <Result>(work: (tx: Tx) => Promise<Result>) => withJournal(database, work);
  return {
    readHead: () => inOne(async (tx) => toHead((await tx.rows<HeadRecord>(HEAD_READ, []))[0])),
    cutSegment: (maxRows, encode) => inOne((tx) => cutSegment(tx, maxRows, encode)),
    listSegments: (after, limit) =>
      inOne(async (tx) => {
        const rows = await tx.rows<{ number: number; object_key: string; bytes: Buffer }>(SEGMENTS, [after, limit]);
        return rows.map((row) => ({ number: row.number, objectKey: row.object_key, bytes: row.bytes }));
      }),
    findShipped: (zoneId) =>
      inOne(async (tx) => (await tx.rows<{ shipped: number }>(ZONE_READ, [zoneId]))[0]?.shipped ?? null),
    recordShipped: (zoneId, { shipped, isReachable }) =>
      inOne(async (tx) => {
        await tx.run(ZONE_PUT, [zoneId, shipped, isReachable]);
      }),
    forgetShipped: () =>
      inOne(async (tx) => {
        await tx.run(FORGET_ROWS, []);
        await tx.run(FORGET_SEGMENTS, []);
      }),
    insertMark: (kind) =>
      inOne(async (tx) => {
        const [row] = await tx.rows<{ seq: number }>(INSERT, [PROVIDER_ID, kind, "{}"]);
        if (!row) throw new Error("an inserted row has a number");
        return row.seq;
      }),
    findMark: (seq) =>
      inOne(
        async (tx) => (await tx.rows<{ segment: number | null }>(IS_TAKEN, [PROVIDER_ID, seq]))[0]?.segment ?? null,
      ),
    async insertBaseRows(signal) {
      for (const table of JOURNALED_TABLES) await insertTable(inOne, table, signal);
    },
    completeBase: (baseNumber) =>
      inOne(async (tx) => {
        await tx.run(BASE_DONE, [baseNumber]);
      }),
  };
}

async function cutSegment(
  tx: Tx,
  maxRows: number,
  encode: Parameters<JournalStore["cutSegment"]>[1],
): Promise<{ readonly number: number } | null> {
  // Looked at before anything is locked: a lock alone is a write, and mostly nothing waits.
  if ((await tx.rows(WAITING, [1])).length === 0) return null;
  const head = toHead((await tx.rows<HeadRecord>(HEAD_LOCK, []))[0]);
  const waiting = await tx.rows<WaitingRecord>(WAITING, [maxRows]);
  if (waiting.length === 0) return null;
  const rows = waiting.map(({ company_id: companyId, ...row }) => ({ companyId, ...row }));
  const { taken, segment } = encode(head, rows);
  const number = head.number + 1;
  const names = waiting.slice(0, taken);
  await tx.run(SEGMENT_INSERT, [number, segment.objectKey, segment.bytes]);
  await tx.run(TAKE, [number, names.map((row) => row.company_id), names.map((row) => row.seq)]);
  await tx.run(HEAD_MOVE, [number, Buffer.from(segment.hash, "hex")]);
  return { number };
}

/**
 * Copies a table's rows into the queue, a range of blocks at a time, so that no lock is held and no statement is long. A row that moves
 * to a block that was read already has changed, and its trigger writes it.
 */
async function insertTable(
  inOne: (work: (tx: Tx) => Promise<void>) => Promise<void>,
  table: (typeof JOURNALED_TABLES)[number],
  signal: AbortSignal | undefined,
): Promise<void> {
  const company = isOfProvider(table) ? `'${PROVIDER_ID}'::uuid` : "t.company_id";
  const insert = {
    name: `journal-base-${table}`,
    text: `insert into outbox (company_id, kind, payload)
      select ${company}, 'row_base', jsonb_build_object('table', '${table}', 'row', to_jsonb(t))
      from ${table} t where t.ctid >= format('(%s,0)', $1::bigint)::tid and t.ctid < format('(%s,0)', $2::bigint)::tid`,
  };
  const measure = {
    name: `journal-blocks-${table}`,
    text: `select pg_relation_size('${table}') / current_setting('block_size')::bigint as blocks`,
  };
  let blocks = 0;
  await inOne(async (tx) => {
    blocks = Number((await tx.rows<{ blocks: number }>(measure, []))[0]?.blocks ?? 0);
  });
  for (let from = 0; from < blocks; from += BASE_BLOCKS) {
    signal?.throwIfAborted();
    await inOne(async (tx) => {
      await tx.run(insert, [from, from + BASE_BLOCKS]);
    });
  }
}

function toHead(row: HeadRecord | undefined): JournalHead {
  if (!row) throw new Error("the journal has no head: the migration makes it");
  const { term, number, hash, base_number: baseNumber, based_at: basedAt } = row;
  return { term, number, hash, baseNumber, basedAt };
}
