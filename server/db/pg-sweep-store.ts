import type { PackTier } from "../../engine/format/pack-index.ts";
import type { PackKind } from "../domain/store/pack-store.ts";
import { MAX_BATCH_IDS, MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import {
  type DeletePacksOutcome,
  type MachinePage,
  type MarkIds,
  type MarkLease,
  type MarkOutcome,
  type Repacked,
  type SnapshotRoots,
  SWEEP_JOBS,
  type SweepPack,
  type SweepStore,
} from "../domain/store/sweep-store.ts";
import { writeOutbox } from "./journal.ts";
import type { PgDatabase } from "./pg-database.ts";
import { toBytes } from "./pg-key-objects.ts";
import { packIdBytes } from "./pg-pack-rows.ts";
import { insertMembers, recordMadeCopies } from "./pg-pack-store.ts";
import { createPgSweepRounds } from "./pg-sweep-rounds.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany, withCompanyProbes } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const CLOSURE_NEXT = loadStatement("closure-next");
const SWEEP_LEASE = loadStatement("sweep-lease");
const SWEEP_ROOTS = loadStatement("sweep-roots");
const SWEEP_MARK = loadStatement("sweep-mark");
const SWEEP_OPEN_PAGES = loadStatement("sweep-open-pages");
const SWEEP_ENTER_PAGES = loadStatement("sweep-enter-pages");
const SWEEP_PAGE_COPIES = loadStatement("sweep-page-copies");
const SWEEP_PACKS = loadStatement("sweep-packs");
const SWEEP_LIVE_FRAMES = loadStatement("sweep-live-frames");
const PACK_INSERT = loadStatement("pack-insert");
const PACK_LOCK = loadStatement("pack-lock");
const PACKS_COUNT_LIVE = loadStatement("packs-count-live");
const PACKS_REPACKED = loadStatement("packs-repacked");
const SWEEP_SEAL = loadStatement("sweep-seal");
const SWEEP_ROUND = loadStatement("sweep-round");
const PACKS_RESCUE = loadStatement("packs-rescue");
const PACKS_DELETE = loadStatement("packs-delete");
const PACKS_OBJECTS_DELETED = loadStatement("packs-objects-deleted");

const ID_BYTES = 32;
/** Pages entered together. */
const MAX_PAGES = 2_000;

export function createPgSweepStore(database: PgDatabase): SweepStore {
  return {
    ...createPgSweepRounds(database),
    listUnmarkedRoots: async (companyId, { jobName, tier }, { after, limit }) => {
      const values = [companyId, jobName, after, Math.min(limit, MAX_PAGE_ROWS), tier];
      return (await withCompany(database, companyId, (tx) => tx.rows<RootsRecord>(SWEEP_ROOTS, values))).map(toRoots);
    },
    markIds: (companyId, lease, marks) =>
      withCompanyProbes(database, companyId, (tx) => markIds(tx, companyId, { lease, marks })),
    listUnenteredPages: async (companyId, jobName, limit) => {
      const values = [companyId, jobName, Math.min(limit, MAX_PAGES)];
      const rows = await withCompany(database, companyId, (tx) => tx.rows<PageRecord>(SWEEP_OPEN_PAGES, values));
      return rows.map((row) => {
        const { machine_id: machineId, scope, page_id, pack_id: packId } = row;
        return { machineId, scope, pageId: toBytes(page_id), packId };
      });
    },
    enterPages: (companyId, lease, pages) =>
      withCompany(database, companyId, async (tx) => {
        if (!(await isHeld(tx, companyId, lease))) return false;
        await tx.run(SWEEP_ENTER_PAGES, [companyId, lease.jobName, ...pageColumns(pages)]);
        return true;
      }),
    listPageCopies: async (companyId, tier, { machineId, scope, pageId }) => {
      const values = [companyId, machineId, scope, Buffer.from(pageId), tier];
      const read = (tx: Tx) => tx.rows<{ pack_id: string }>(SWEEP_PAGE_COPIES, values);
      return (await withCompanyProbes(database, companyId, read)).map((row) => row.pack_id);
    },
    listSweepPacks: (companyId, lease, { after, limit, states, sparseFrameBytes = null, isMarked = false }) =>
      withCompany(database, companyId, async (tx) => {
        if (!(await isHeld(tx, companyId, lease))) return null;
        const bounded = Math.min(limit, MAX_PAGE_ROWS);
        const values = [companyId, lease.jobName, after, states, bounded, sparseFrameBytes, lease.tier, isMarked];
        return (await tx.rows<SweepPackRecord>(SWEEP_PACKS, values)).map(toSweepPack);
      }),
    listLiveFrames: (companyId, lease, packIds) =>
      withCompany(database, companyId, async (tx) => {
        if (!(await isHeld(tx, companyId, lease))) return null;
        const values = [companyId, lease.jobName, toPackIds(packIds)];
        const rows = await tx.rows<{ pack_id: string; frames: number[] }>(SWEEP_LIVE_FRAMES, values);
        return rows.map(({ pack_id: packId, frames }) => ({ packId, frames }));
      }),
    recordRepacked: (companyId, repacked) =>
      withCompany(database, companyId, (tx) => recordRepacked(tx, companyId, repacked)),
    sealQuarantine: (companyId, tier, round) =>
      withCompany(database, companyId, async (tx) => {
        const sealed = await tx.run(SWEEP_SEAL, [companyId, round, tier]);
        if (sealed > 0) await writeOutbox(tx, companyId, "quarantine_sealed", { round, packs: sealed });
        return sealed;
      }),
    rescuePacks: (companyId, packIds) =>
      withCompany(database, companyId, async (tx) => {
        await tx.rows(COMPANY_LOCK, [companyId]);
        const rows = await tx.rows<{ pack_id: string }>(PACKS_RESCUE, [companyId, toPackIds(packIds)]);
        const rescued = rows.map((row) => row.pack_id);
        if (rescued.length > 0) await writeOutbox(tx, companyId, "packs_rescued", { packIds: rescued });
        return rescued;
      }),
    deletePacks: (companyId, packIds, marked) =>
      withCompany(database, companyId, (tx) => deletePacks(tx, companyId, { packIds, ...marked })),
    markObjectsDeleted: (companyId, packIds, round) =>
      withCompany(database, companyId, async (tx) => {
        await tx.run(PACKS_OBJECTS_DELETED, [companyId, toPackIds(packIds), round]);
        await writeOutbox(tx, companyId, "pack_objects_deleted", { packIds });
      }),
  };
}

/** Whether the caller still has the job; its row stays as it is until the transaction ends. */
async function isHeld(tx: Tx, companyId: string, { jobName, fencingToken }: MarkLease): Promise<boolean> {
  return (await tx.rows(SWEEP_LEASE, [companyId, jobName, fencingToken])).length === 1;
}

interface MarkInput {
  readonly lease: MarkLease;
  readonly marks: MarkIds;
}

async function markIds(tx: Tx, companyId: string, { lease, marks }: MarkInput): Promise<MarkOutcome> {
  const { machineId, scope, ids, arePages, exceptArchived = false } = marks;
  const count = ids.length / ID_BYTES;
  if (!Number.isInteger(count) || count > MAX_BATCH_IDS) {
    throw new StoreError("invalid", `${count} ids in one call; ${MAX_BATCH_IDS} whole ones are the most`);
  }
  if (!(await isHeld(tx, companyId, lease))) return { kind: "lease_lost" };
  const { jobName, tier } = lease;
  const values = [companyId, jobName, machineId, scope, Buffer.from(ids), count, arePages, tier, exceptArchived];
  const rows = await tx.rows<{ i: number }>(SWEEP_MARK, values);
  return { kind: "marked", lacking: rows.map(({ i }) => ids.slice(i * ID_BYTES, (i + 1) * ID_BYTES)) };
}

interface DeletePacks {
  readonly packIds: readonly string[];
  readonly tier: PackTier;
  readonly round: number;
  readonly publications: number;
}

/** Under the company's lock, so that no round quarantines a source in between. All or nothing: a source that changed rolls it back. */
async function recordRepacked(tx: Tx, companyId: string, repacked: Repacked): Promise<boolean> {
  const { pack, runId, zoneIds, sourcePackIds } = repacked;
  // A pack that took its own place would be taken for unreached.
  if (sourcePackIds.includes(pack.packId)) throw new StoreError("invalid", "a pack is not repacked into itself");
  await tx.rows(COMPANY_LOCK, [companyId]);
  const sources = toPackIds(sourcePackIds);
  const [count] = await tx.rows<{ live: number }>(PACKS_COUNT_LIVE, [companyId, sources]);
  if (count?.live !== sources.length) return false;
  const shape = [pack.packKind, pack.scope, pack.sizeBytes, pack.directoryOffset, pack.directorySizeBytes];
  const values = [companyId, packIdBytes(pack.packId), ...shape, pack.machineId, runId, null];
  const [inserted] = await tx.rows<{ pack_no: number }>(PACK_INSERT, values);
  if (inserted) await insertMembers(tx, companyId, inserted.pack_no, pack);
  const packNo = inserted?.pack_no ?? (await findLivePackNo(tx, companyId, pack.packId));
  if (packNo === null) return false;
  await recordMadeCopies(tx, companyId, { packNo, packId: packIdBytes(pack.packId), zoneIds });
  await tx.run(PACKS_REPACKED, [companyId, sources, packNo]);
  await writeOutbox(tx, companyId, "packs_repacked", { packId: pack.packId, sourcePackIds });
  return true;
}

async function findLivePackNo(tx: Tx, companyId: string, packId: string): Promise<number | null> {
  const [stored] = await tx.rows<{ pack_no: number; state: string }>(PACK_LOCK, [companyId, packIdBytes(packId)]);
  return stored?.state === "live" ? stored.pack_no : null;
}

/** Under the company's lock, as commits are: what a commit has rescued is not quarantined any more, what it has yet to rescue moves its generation. */
async function deletePacks(
  tx: Tx,
  companyId: string,
  { packIds, tier, round, publications }: DeletePacks,
): Promise<DeletePacksOutcome> {
  const [company] = await tx.rows<{ publications: number }>(COMPANY_LOCK, [companyId]);
  if (!company) throw new StoreError("not_found", "there is no such company");
  if (company.publications !== publications) return { kind: "marks_outdated", publications: company.publications };
  const [current] = await tx.rows<{ round: number }>(SWEEP_ROUND, [companyId, tier]);
  if (current?.round !== round) return { kind: "round_over" };
  const rows = await tx.rows<{ pack_id: string }>(PACKS_DELETE, [
    companyId,
    toPackIds(packIds),
    round,
    tier,
    SWEEP_JOBS[tier],
  ]);
  const deleting = rows.map((row) => row.pack_id);
  if (deleting.length > 0) {
    await tx.run(CLOSURE_NEXT, [companyId]);
    await writeOutbox(tx, companyId, "packs_deleting", { packIds: deleting });
  }
  return { kind: "deleting", packIds: deleting };
}

function toPackIds(packIds: readonly string[]): Buffer[] {
  if (packIds.length <= MAX_BATCH_IDS) return packIds.map(packIdBytes);
  throw new StoreError("invalid", `${packIds.length} packs in one call; ${MAX_BATCH_IDS} are the most`);
}

function pageColumns(pages: readonly MachinePage[]): [string[], number[], Buffer] {
  if (pages.length > MAX_PAGES) {
    throw new StoreError("invalid", `${pages.length} pages in one call; ${MAX_PAGES} are the most`);
  }
  const ids = Buffer.concat(pages.map(({ pageId }) => pageId));
  return [pages.map(({ machineId }) => machineId), pages.map(({ scope }) => scope), ids];
}

interface PageRecord {
  readonly machine_id: string;
  readonly scope: number;
  readonly page_id: Buffer;
  readonly pack_id: string;
}

interface RootsRecord {
  readonly commit: number;
  readonly scope: number;
  readonly machine_id: string;
  readonly top_page_id: Buffer;
  readonly change_list_id: Buffer;
}

function toRoots({ commit, scope, machine_id: machineId, ...roots }: RootsRecord): SnapshotRoots {
  const { top_page_id, change_list_id } = roots;
  return { commit, scope, machineId, topPageId: toBytes(top_page_id), changeListId: toBytes(change_list_id) };
}

interface SweepPackRecord {
  readonly pack_no: number;
  readonly pack_id: string;
  readonly kind: PackKind;
  readonly tier: PackTier;
  readonly is_locked: boolean;
  readonly locked_until: Date | null;
  readonly size_bytes: number;
  readonly state: SweepPack["state"];
  readonly quarantine_round: number | null;
  readonly age_ms: number;
  readonly quarantine_age_ms: number;
  readonly live_frames: number;
  readonly is_repacked: boolean;
  readonly is_run_open: boolean;
  readonly are_runs_open: boolean;
}

function toSweepPack(row: SweepPackRecord): SweepPack {
  const { quarantine_round: round, quarantine_age_ms: ageMs, are_runs_open: areRunsOpen } = row;
  return {
    packNo: row.pack_no,
    packId: row.pack_id,
    packKind: row.kind,
    tier: row.tier,
    isLocked: row.is_locked,
    lockedUntil: row.locked_until,
    sizeBytes: row.size_bytes,
    state: row.state,
    ageMs: row.age_ms,
    liveFrames: row.live_frames,
    isRepacked: row.is_repacked,
    isRunOpen: row.is_run_open,
    quarantine: row.state === "quarantined" ? { round, ageMs, areRunsOpen } : null,
  };
}
