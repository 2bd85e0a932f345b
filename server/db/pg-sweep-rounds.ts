import { StoreError } from "../domain/store/store.ts";
import type { ChunkPosition, MarkLease, SweepBegin, SweepStore } from "../domain/store/sweep-store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { toBytes } from "./pg-key-objects.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withProvider } from "./transaction.ts";

const SWEEP_LEASE = loadStatement("sweep-lease");
const SWEEP_BEGIN = loadStatement("sweep-begin");
const SWEEP_NEXT_ROUND = loadStatement("sweep-next-round");
const SWEEP_BASE = loadStatement("sweep-base");
const SWEEP_CLEAR_PAGES = loadStatement("sweep-clear-pages");
const SWEEP_CLEAR_LIVE = loadStatement("sweep-clear-live");
const CHUNKS_DROP = loadStatement("chunks-drop");
const PACKS_FORGET = loadStatement("packs-forget");
const DELETION_FACTS = loadStatement("sweep-deletion-facts");
const SWEEP_END = loadStatement("sweep-end");
const SWEEP_FIND = loadStatement("sweep-find");
const COMPANIES_TO_SWEEP = loadStatement("companies-to-sweep");

const MAX_CHUNKS_LOOKED_AT = 50_000;

type SweepRounds = Pick<
  SweepStore,
  | "beginSweep"
  | "clearMarks"
  | "dropChunks"
  | "forgetPacks"
  | "readDeletionFacts"
  | "endSweep"
  | "findSweep"
  | "listCompaniesToSweep"
>;

/** What begins and ends a round; the rest of the port stands in pg-sweep-store.ts. */
export function createPgSweepRounds(database: PgDatabase): SweepRounds {
  return {
    beginSweep: (companyId, lease, { isPlanOnly }) =>
      withCompany(database, companyId, (tx) => beginSweep(tx, companyId, { lease, isPlanOnly })),
    clearMarks: (companyId, { jobName, fencingToken }) =>
      withCompany(database, companyId, async (tx) => {
        const held = await tx.rows(SWEEP_LEASE, [companyId, jobName, fencingToken]);
        if (held.length === 0) return "lease_lost";
        const pages = await tx.run(SWEEP_CLEAR_PAGES, [companyId, jobName]);
        const live = await tx.run(SWEEP_CLEAR_LIVE, [companyId, jobName]);
        return pages + live === 0 ? "cleared" : "more";
      }),
    dropChunks: async (companyId, after, limit) => {
      const place = after ?? { scope: -1, chunkIdHex: "", packNo: 0 };
      const bounded = Math.min(limit, MAX_CHUNKS_LOOKED_AT);
      const values = [companyId, place.scope, Buffer.from(place.chunkIdHex, "hex"), place.packNo, bounded];
      const [row] = await withCompany(database, companyId, (tx) => tx.rows<DropRecord>(CHUNKS_DROP, values));
      return { dropped: row?.dropped ?? 0, next: row && row.looked_at === bounded ? toPosition(row) : null };
    },
    forgetPacks: (companyId, tier, round) =>
      withCompany(database, companyId, async (tx) => {
        const rows = await tx.rows<{ pack_no: number }>(PACKS_FORGET, [companyId, round, tier]);
        if (rows.length > 0) await writeOutbox(tx, companyId, "packs_gone", { packs: rows.length });
        return rows.length;
      }),
    readDeletionFacts: async (companyId) => {
      const [row] = await withCompany(database, companyId, (tx) => tx.rows<FactsRecord>(DELETION_FACTS, [companyId]));
      if (!row) throw new StoreError("not_found", "there is no such company");
      const { now, next_commit: nextCommit, commit, manifest_sha256: hash } = row;
      const newestSnapshot = commit === null || hash === null ? null : { commit, manifestSha256: toBytes(hash) };
      return { now, nextCommit, newestSnapshot };
    },
    endSweep: (companyId, { tier, round, held, retryMs }) =>
      withCompany(database, companyId, async (tx) => {
        const detail = held?.detail.slice(0, 1000) ?? null;
        const ended = await tx.run(SWEEP_END, [companyId, round, held?.code ?? null, detail, retryMs, tier]);
        if (ended > 0) await writeOutbox(tx, companyId, "sweep_ended", { round, held: held?.code ?? null });
      }),
    findSweep: async (companyId, tier) => {
      const [row] = await withCompany(database, companyId, (tx) => tx.rows<SweepRecord>(SWEEP_FIND, [companyId, tier]));
      if (!row) return null;
      const { round, begun_at: begunAt, finished_at: finishedAt, held_code: code, held_detail: detail } = row;
      return {
        companyId,
        tier,
        round,
        begunAt,
        finishedAt,
        held: code === null ? null : { code, detail: detail ?? "" },
      };
    },
    listCompaniesToSweep: async (tier, everyMs) => {
      const read = (tx: Tx) => tx.rows<{ company_id: string }>(COMPANIES_TO_SWEEP, [everyMs, tier]);
      return (await withProvider(database, read)).map((row) => row.company_id);
    },
  };
}

interface BeginInput {
  readonly lease: MarkLease;
  readonly isPlanOnly: boolean;
}

async function beginSweep(tx: Tx, companyId: string, { lease, isPlanOnly }: BeginInput): Promise<SweepBegin | null> {
  const held = await tx.rows(SWEEP_LEASE, [companyId, lease.jobName, lease.fencingToken]);
  if (held.length === 0) return null;
  const statement = isPlanOnly ? SWEEP_NEXT_ROUND : SWEEP_BEGIN;
  const [begun] = await tx.rows<{ round: number }>(statement, [companyId, lease.tier]);
  const [base] = await tx.rows<{ publications: number; pack_high: number }>(SWEEP_BASE, [companyId]);
  if (!begun || !base) throw new StoreError("not_found", "there is no such company");
  return { round: begun.round, publications: base.publications, packHigh: base.pack_high };
}

interface DropRecord {
  readonly looked_at: number;
  readonly dropped: number;
  readonly scope: number | null;
  readonly chunk_id: string | null;
  readonly pack_no: number | null;
}

function toPosition({ scope, chunk_id: chunkIdHex, pack_no: packNo }: DropRecord): ChunkPosition | null {
  return scope === null || chunkIdHex === null || packNo === null ? null : { scope, chunkIdHex, packNo };
}

interface FactsRecord {
  readonly now: Date;
  readonly next_commit: number;
  readonly commit: number | null;
  readonly manifest_sha256: Buffer | null;
}

interface SweepRecord {
  readonly round: number;
  readonly begun_at: Date;
  readonly finished_at: Date | null;
  readonly held_code: string | null;
  readonly held_detail: string | null;
}
