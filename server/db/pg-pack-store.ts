import type { ChunkKind, ChunkLocation, KnownQuery } from "../../engine/ports/chunk-index.ts";
import type {
  NewPack,
  PackStore,
  QuarantineOutcome,
  ReachedChunk,
  ReachQuery,
  RecordPackOutcome,
} from "../domain/store/pack-store.ts";
import type { RunLease } from "../domain/store/run-store.ts";
import { MAX_BATCH_IDS, MAX_COPIES_IDS, MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { healFindings } from "./pg-findings.ts";
import { type PackRecord, packIdBytes, toPackRow } from "./pg-pack-rows.ts";
import { loadStatement, type Statement } from "./statement.ts";
import { type Tx, withCompany, withCompanyPrisma, withCompanyProbes } from "./transaction.ts";

const LEASE_SHARE = loadStatement("lease-share");
const PACK_INSERT = loadStatement("pack-insert");
const PACK_LOCK = loadStatement("pack-lock");
const PACK_PRESENCE_BEGIN = loadStatement("pack-presence-begin");
const PACK_PRESENCE_REPACKED = loadStatement("pack-presence-repacked");
const PACK_PRESENCE_PUT = loadStatement("pack-presence-put");
const CHUNKS_INSERT = loadStatement("chunks-insert");
const CHUNKS_KNOWN = loadStatement("chunks-known");
const CHUNKS_LOCATE = loadStatement("chunks-locate");
const CHUNK_COPIES = loadStatement("chunk-copies");
const CHUNKS_REACH = loadStatement("chunks-reach");
const PACKS_LIST = loadStatement("packs-list");
const PACKS_OF_RUN = loadStatement("packs-of-run");
const COMPANY_LOCK = loadStatement("company-lock");
const PACKS_QUARANTINE = loadStatement("packs-quarantine");
const CLOSURE_NEXT = loadStatement("closure-next");

const ID_BYTES = 32;

export function createPgPackStore(database: PgDatabase): PackStore {
  return {
    known: (query) => known(database, query),
    locate: (companyId, scope, chunkIds) => locate(database, { companyId, scope, chunkIds }),
    locateCopies: (companyId, scope, chunkIds) => locateCopies(database, { companyId, scope, chunkIds }),
    reach: (companyId, query) => reach(database, companyId, query),
    recordPack: (companyId, lease, zoneId, pack) =>
      withCompany(database, companyId, (tx) => recordPack(tx, companyId, { lease, zoneId, pack })),
    findPack: async (companyId, packId) => {
      const rows = await withCompany(database, companyId, (tx) =>
        tx.rows<PackRecord>(PACKS_LIST, [companyId, [packIdBytes(packId)]]),
      );
      return rows[0] ? toPackRow(rows[0]) : null;
    },
    listPacks: async (companyId, packIds) => {
      requireAtMost(packIds.length, MAX_PAGE_ROWS, "packs");
      const rows = await withCompany(database, companyId, (tx) =>
        tx.rows<PackRecord>(PACKS_LIST, [companyId, packIds.map(packIdBytes)]),
      );
      const byId = new Map(rows.map((row) => [row.pack_id, toPackRow(row)]));
      return packIds.map((packId) => byId.get(packId) ?? null);
    },
    listRunPacks: async (companyId, runId, { after, limit }) => {
      const values = [companyId, runId, after ? packIdBytes(after) : Buffer.alloc(0), Math.min(limit, MAX_PAGE_ROWS)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<PackRecord>(PACKS_OF_RUN, values));
      return rows.map(toPackRow);
    },
    getClosure: (companyId) =>
      withCompanyPrisma(database, companyId, async (tx) => {
        const select = { closureGeneration: true, publications: true };
        const row = await tx.company.findUnique({ where: { companyId }, select });
        if (!row) throw new StoreError("not_found", "there is no such company");
        return { generation: row.closureGeneration, publications: Number(row.publications) };
      }),
    quarantinePacks: (companyId, packIds, publications) =>
      withCompany(database, companyId, (tx) => quarantinePacks(tx, companyId, { packIds, publications })),
  };
}

async function known(database: PgDatabase, query: KnownQuery): Promise<readonly boolean[]> {
  const { companyId, scope, chunkIds, kind, zoneId, machineId } = query;
  const ids = joinIds(chunkIds);
  const values = [companyId, scope, ids, chunkIds.length, kind, zoneId, machineId];
  const rows = await withCompanyProbes(database, companyId, (tx) => tx.rows<{ i: number }>(CHUNKS_KNOWN, values));
  const answers = new Array<boolean>(chunkIds.length).fill(false);
  for (const { i } of rows) answers[i] = true;
  return answers;
}

interface LocateQuery {
  readonly companyId: string;
  readonly scope: number;
  readonly chunkIds: readonly Uint8Array[];
}

interface LocatedRecord {
  readonly i: number;
  readonly pack_id: string;
  readonly frame: number;
}

async function locate(database: PgDatabase, query: LocateQuery): Promise<readonly (ChunkLocation | null)[]> {
  const rows = await locatedRows(database, CHUNKS_LOCATE, query);
  const locations = new Array<ChunkLocation | null>(query.chunkIds.length).fill(null);
  for (const row of rows) locations[row.i] = { packId: row.pack_id, frame: row.frame };
  return locations;
}

async function locateCopies(database: PgDatabase, query: LocateQuery): Promise<readonly (readonly ChunkLocation[])[]> {
  requireAtMost(query.chunkIds.length, MAX_COPIES_IDS, "ids");
  const copies = query.chunkIds.map((): ChunkLocation[] => []);
  for (const row of await locatedRows(database, CHUNK_COPIES, query)) {
    copies[row.i]?.push({ packId: row.pack_id, frame: row.frame });
  }
  return copies;
}

function locatedRows(database: PgDatabase, statement: Statement, query: LocateQuery): Promise<LocatedRecord[]> {
  const values = [query.companyId, query.scope, joinIds(query.chunkIds), query.chunkIds.length];
  return withCompanyProbes(database, query.companyId, (tx) => tx.rows<LocatedRecord>(statement, values));
}

interface ReachRecord {
  readonly i: number;
  readonly kind: ChunkKind;
  readonly pack_id: string;
  readonly frame: number;
  readonly is_quarantined: boolean;
  readonly is_closed: boolean;
}

async function reach(
  database: PgDatabase,
  companyId: string,
  query: ReachQuery,
): Promise<readonly (ReachedChunk | null)[]> {
  const values = [
    companyId,
    query.scope,
    joinIds(query.chunkIds),
    query.chunkIds.length,
    query.zoneId,
    query.machineId,
  ];
  const rows = await withCompanyProbes(database, companyId, (tx) => tx.rows<ReachRecord>(CHUNKS_REACH, values));
  const reached = new Array<ReachedChunk | null>(query.chunkIds.length).fill(null);
  for (const row of rows) {
    const { kind, frame, pack_id: packId, is_quarantined: isQuarantined, is_closed: isClosed } = row;
    reached[row.i] = { kind, packId, frame, isQuarantined, isClosed };
  }
  return reached;
}

interface RecordPackInput {
  readonly lease: RunLease;
  readonly zoneId: string;
  readonly pack: NewPack;
}

/** The object is durable in the zone already; these rows are what makes it count. */
async function recordPack(
  tx: Tx,
  companyId: string,
  { lease, zoneId, pack }: RecordPackInput,
): Promise<RecordPackOutcome> {
  const held = await tx.rows(LEASE_SHARE, [companyId, lease.runId, lease.fencingToken]);
  if (held.length === 0) return { kind: "lease_lost" };
  const packId = packIdBytes(pack.packId);
  const shape = [pack.packKind, pack.scope, pack.sizeBytes, pack.directoryOffset, pack.directorySizeBytes];
  const values = [companyId, packId, ...shape, pack.machineId, lease.runId, null];
  const [inserted] = await tx.rows<{ pack_no: number }>(PACK_INSERT, values);
  if (!inserted) return addPresence(tx, companyId, { packId, zoneId });
  await tx.run(PACK_PRESENCE_BEGIN, [companyId, inserted.pack_no, zoneId]);
  await insertMembers(tx, companyId, inserted.pack_no, pack);
  const { packId: name, sizeBytes } = pack;
  await writeOutbox(tx, companyId, "pack_recorded", { packId: name, runId: lease.runId, zoneId, sizeBytes });
  return { kind: "recorded", isNew: true };
}

async function addPresence(
  tx: Tx,
  companyId: string,
  { packId, zoneId }: { readonly packId: Buffer; readonly zoneId: string },
): Promise<RecordPackOutcome> {
  const [stored] = await tx.rows<{ pack_no: number; state: string }>(PACK_LOCK, [companyId, packId]);
  if (!stored || stored.state === "deleting" || stored.state === "gone") return { kind: "pack_refused" };
  if ((await tx.run(PACK_PRESENCE_PUT, [companyId, stored.pack_no, zoneId])) > 0) {
    await healFindings(tx, { companyId, zoneId }, { packIds: [packId], objectKeys: [] });
    await writeOutbox(tx, companyId, "pack_present", { packId: packId.toString("hex"), zoneId });
  }
  return { kind: "recorded", isNew: false };
}

export async function insertMembers(tx: Tx, companyId: string, packNo: number, pack: NewPack): Promise<void> {
  const { chunkIds, frames, kinds } = pack.members;
  if (chunkIds.length !== frames.length * ID_BYTES || kinds.length !== frames.length) {
    throw new StoreError("invalid", "a pack's ids, frames and kinds are equally many");
  }
  for (let from = 0; from < frames.length; from += MAX_BATCH_IDS) {
    const to = from + MAX_BATCH_IDS;
    const ids = Buffer.from(chunkIds.subarray(from * ID_BYTES, to * ID_BYTES));
    const values = [companyId, pack.scope, packNo, ids, frames.slice(from, to), kinds.slice(from, to)];
    await tx.run(CHUNKS_INSERT, values);
  }
}

interface MadeCopies {
  readonly packNo: number;
  readonly packId: Buffer;
  readonly zoneIds: readonly string[];
}

/** Of a pack that was just made, maybe once more: what was found about these copies is over. */
export async function recordMadeCopies(tx: Tx, companyId: string, { packNo, packId, zoneIds }: MadeCopies) {
  await tx.run(PACK_PRESENCE_REPACKED, [companyId, packNo, zoneIds]);
  for (const zoneId of zoneIds) await healFindings(tx, { companyId, zoneId }, { packIds: [packId], objectKeys: [] });
}

async function quarantinePacks(
  tx: Tx,
  companyId: string,
  { packIds, publications }: { readonly packIds: readonly string[]; readonly publications: number },
): Promise<QuarantineOutcome> {
  requireAtMost(packIds.length, MAX_BATCH_IDS, "packs");
  const [company] = await tx.rows<{ publications: number }>(COMPANY_LOCK, [companyId]);
  if (!company) throw new StoreError("not_found", "there is no such company");
  if (company.publications !== publications) return { kind: "marks_outdated", publications: company.publications };
  const rows = await tx.rows<{ pack_id: string }>(PACKS_QUARANTINE, [companyId, packIds.map(packIdBytes)]);
  const quarantined = rows.map((row) => row.pack_id);
  if (quarantined.length > 0) {
    await tx.run(CLOSURE_NEXT, [companyId]);
    await writeOutbox(tx, companyId, "packs_quarantined", { packIds: quarantined });
  }
  return { kind: "quarantined", packIds: quarantined };
}

function joinIds(chunkIds: readonly Uint8Array[]): Buffer {
  requireAtMost(chunkIds.length, MAX_BATCH_IDS, "ids");
  const joined = Buffer.alloc(chunkIds.length * ID_BYTES);
  chunkIds.forEach((chunkId, index) => {
    if (chunkId.length !== ID_BYTES) throw new StoreError("invalid", `an id has ${ID_BYTES} bytes`);
    joined.set(chunkId, index * ID_BYTES);
  });
  return joined;
}

function requireAtMost(count: number, max: number, what: string): void {
  if (count > max) throw new StoreError("invalid", `${count} ${what} in one call; ${max} are the most`);
}
