import type { ArchivedPack, ArchiveStore, Freeze } from "../domain/store/archive-store.ts";
import { MAX_BATCH_IDS, MAX_PAGE_ROWS, StoreError } from "../domain/store/store.ts";
import { newId } from "../platform/ids.ts";
import { writeAudit, writeOutbox } from "./journal.ts";
import { type AgingRecord, type HoldRecord, type TiersRecord, toAging, toHold, toTiers } from "./pg-archive-rows.ts";
import type { PgDatabase } from "./pg-database.ts";
import { packIdBytes } from "./pg-pack-rows.ts";
import { insertMembers, recordMadeCopies } from "./pg-pack-store.ts";
import { createPgRetention } from "./pg-retention.ts";
import { loadStatement } from "./statement.ts";
import { type Tx, withCompany } from "./transaction.ts";

const COMPANY_LOCK = loadStatement("company-lock");
const AGING_SNAPSHOTS = loadStatement("aging-snapshots");
const FREEZES_DUE_PUT = loadStatement("freezes-due-put");
const FREEZE_DUE_PROBLEM = loadStatement("freeze-due-problem");
const PACK_INSERT = loadStatement("pack-insert");
const PACK_LOCK = loadStatement("pack-lock");
const PACKS_RAISE_LOCKS = loadStatement("packs-raise-locks");
const SNAPSHOT_FREEZE = loadStatement("snapshot-freeze");
const SNAPSHOT_EXTEND = loadStatement("snapshot-extend");
const FROZEN_OBJECTS_INSERT = loadStatement("frozen-objects-insert");
const OBJECTS_RAISE_LOCKS = loadStatement("objects-raise-locks");
const SNAPSHOTS_LEAVE_BACKUP = loadStatement("snapshots-leave-backup");
const SNAPSHOTS_EXPIRE = loadStatement("snapshots-expire");
const OBJECTS_BEGIN_DELETING = loadStatement("objects-begin-deleting");
const OBJECTS_DELETING = loadStatement("objects-deleting");
const OBJECTS_REMOVE = loadStatement("objects-remove");
const HOLD_INSERT = loadStatement("hold-insert");
const HOLD_LIFT = loadStatement("hold-lift");
const HOLDS_LIST = loadStatement("holds-list");
const TIERS_READ = loadStatement("tiers-read");

export function createPgArchiveStore(database: PgDatabase): ArchiveStore {
  return {
    ...createPgRetention(database),
    listAgingSnapshots: async (companyId, sourceId) => {
      const read = (tx: Tx) => tx.rows<AgingRecord>(AGING_SNAPSHOTS, [companyId, sourceId]);
      return (await withCompany(database, companyId, read)).map(toAging);
    },
    putDueFreezes: (companyId, sourceId, commits) =>
      withCompany(database, companyId, async (tx) => {
        requireBatch(commits.length);
        await tx.run(FREEZES_DUE_PUT, [companyId, sourceId, commits]);
      }),
    noteFreezeProblem: (companyId, commit, code) =>
      withCompany(database, companyId, async (tx) => {
        await tx.run(FREEZE_DUE_PROBLEM, [companyId, commit, code]);
      }),
    recordArchivedPack: (companyId, archived) =>
      withCompany(database, companyId, (tx) => recordArchivedPack(tx, companyId, archived)),
    raisePackLocks: (companyId, packIds, until) =>
      withCompany(database, companyId, async (tx) => {
        const ids = packIds.map(packIdBytes);
        requireBatch(ids.length);
        if ((await tx.run(PACKS_RAISE_LOCKS, [companyId, ids, until])) === 0) return;
        await writeOutbox(tx, companyId, "locks_raised", { packIds, until: until.toISOString() });
      }),
    recordFrozen: (companyId, freeze) => withCompany(database, companyId, (tx) => recordFrozen(tx, companyId, freeze)),
    extendFrozen: (companyId, freeze) => withCompany(database, companyId, (tx) => extendFrozen(tx, companyId, freeze)),
    leaveBackup: (companyId, commits) =>
      withCompany(database, companyId, (tx) => letGo(tx, companyId, { tier: "backup", commits })),
    expireArchived: (companyId, commits) =>
      withCompany(database, companyId, (tx) => letGo(tx, companyId, { tier: "archive", commits })),
    listDeletingObjects: async (companyId, { after, limit }) => {
      const values = [companyId, after ?? "", Math.min(limit, MAX_PAGE_ROWS)];
      const read = (tx: Tx) => tx.rows<{ object_key: string }>(OBJECTS_DELETING, values);
      return (await withCompany(database, companyId, read)).map((row) => row.object_key);
    },
    removeObjects: (companyId, objectKeys) =>
      withCompany(database, companyId, async (tx) => {
        requireBatch(objectKeys.length);
        await tx.run(OBJECTS_REMOVE, [companyId, objectKeys]);
        await writeOutbox(tx, companyId, "objects_deleted", { objectKeys });
      }),
    ...createHolds(database),
    readTiers: async (companyId) => {
      const [row] = await withCompany(database, companyId, (tx) => tx.rows<TiersRecord>(TIERS_READ, [companyId]));
      if (!row) throw new Error("a sum answered no row");
      return toTiers(row);
    },
  };
}

function createHolds(database: PgDatabase): Pick<ArchiveStore, "placeHold" | "liftHold" | "listHolds"> {
  return {
    // Under the company's lock, as whoever lets a snapshot go: one of the two is first, and the other sees it.
    placeHold: (companyId, { holdId, snapshotId, reason, byPersonId }) =>
      withCompany(database, companyId, async (tx) => {
        await tx.rows(COMPANY_LOCK, [companyId]);
        const placed = await tx.run(HOLD_INSERT, [companyId, holdId, snapshotId, reason, byPersonId]);
        if (placed === 0) return "not_found";
        await record(tx, companyId, { action: "hold_placed", byPersonId, details: { holdId, snapshotId, reason } });
        return "placed";
      }),
    liftHold: (companyId, { holdId, byPersonId }) =>
      withCompany(database, companyId, async (tx) => {
        await tx.rows(COMPANY_LOCK, [companyId]);
        if ((await tx.run(HOLD_LIFT, [companyId, holdId, byPersonId])) === 0) return "not_found";
        await record(tx, companyId, { action: "hold_lifted", byPersonId, details: { holdId } });
        return "lifted";
      }),
    listHolds: async (companyId) => {
      const read = (tx: Tx) => tx.rows<HoldRecord>(HOLDS_LIST, [companyId]);
      return (await withCompany(database, companyId, read)).map(toHold);
    },
  };
}

interface HoldEvent {
  readonly action: "hold_placed" | "hold_lifted";
  readonly byPersonId: string;
  readonly details: Readonly<Record<string, string>>;
}

async function record(tx: Tx, companyId: string, { action, byPersonId, details }: HoldEvent): Promise<void> {
  await writeAudit(tx, companyId, { auditId: newId(), personId: byPersonId, action, details });
  await writeOutbox(tx, companyId, action, details);
}

async function recordArchivedPack(tx: Tx, companyId: string, archived: ArchivedPack): Promise<boolean> {
  const { pack, runId, zoneIds, lockedUntil } = archived;
  await tx.rows(COMPANY_LOCK, [companyId]);
  const id = packIdBytes(pack.packId);
  const shape = [pack.packKind, pack.scope, pack.sizeBytes, pack.directoryOffset, pack.directorySizeBytes];
  const values = [companyId, id, ...shape, pack.machineId, runId, lockedUntil];
  const [inserted] = await tx.rows<{ pack_no: number }>(PACK_INSERT, values);
  if (inserted) await insertMembers(tx, companyId, inserted.pack_no, pack);
  const packNo = inserted?.pack_no ?? (await findLive(tx, companyId, id));
  if (packNo === null) return false;
  await recordMadeCopies(tx, companyId, { packNo, packId: id, zoneIds });
  await tx.run(PACKS_RAISE_LOCKS, [companyId, [id], lockedUntil]);
  await writeOutbox(tx, companyId, "pack_archived", { packId: pack.packId, until: lockedUntil.toISOString() });
  return true;
}

async function findLive(tx: Tx, companyId: string, packId: Buffer): Promise<number | null> {
  const [stored] = await tx.rows<{ pack_no: number; state: string }>(PACK_LOCK, [companyId, packId]);
  return stored?.state === "live" ? stored.pack_no : null;
}

async function recordFrozen(tx: Tx, companyId: string, freeze: Freeze): Promise<boolean> {
  const { commit, snapshotClass, retainUntil } = freeze;
  await tx.rows(COMPANY_LOCK, [companyId]);
  if ((await tx.run(SNAPSHOT_FREEZE, [companyId, commit, snapshotClass, retainUntil])) === 0) return false;
  await insertFrozenObjects(tx, companyId, freeze);
  await writeOutbox(tx, companyId, "snapshot_frozen", { commit, snapshotClass, until: retainUntil.toISOString() });
  return true;
}

async function extendFrozen(tx: Tx, companyId: string, freeze: Freeze): Promise<boolean> {
  const { commit, retainUntil, objects } = freeze;
  await tx.rows(COMPANY_LOCK, [companyId]);
  if ((await tx.run(SNAPSHOT_EXTEND, [companyId, commit, retainUntil])) === 0) return false;
  await insertFrozenObjects(tx, companyId, freeze);
  await tx.run(OBJECTS_RAISE_LOCKS, [companyId, objects.map(({ objectKey }) => objectKey), retainUntil]);
  await writeOutbox(tx, companyId, "retention_extended", { commit, until: retainUntil.toISOString() });
  return true;
}

async function insertFrozenObjects(tx: Tx, companyId: string, freeze: Freeze): Promise<void> {
  const { commit, retainUntil, objects, zoneIds } = freeze;
  await tx.run(FROZEN_OBJECTS_INSERT, [
    companyId,
    commit,
    objects.map((object) => object.objectKey),
    objects.map((object) => object.kind),
    objects.map((object) => object.sizeBytes),
    objects.map((object) => Buffer.from(object.sha256)),
    zoneIds,
    retainUntil,
  ]);
}

interface LetGo {
  readonly tier: "backup" | "archive";
  readonly commits: readonly number[];
}

/** Under the company's lock: a hold that is placed at this moment comes before or after. */
async function letGo(tx: Tx, companyId: string, { tier, commits }: LetGo): Promise<readonly number[]> {
  requireBatch(commits.length);
  await tx.rows(COMPANY_LOCK, [companyId]);
  const statement = tier === "backup" ? SNAPSHOTS_LEAVE_BACKUP : SNAPSHOTS_EXPIRE;
  const rows = await tx.rows<{ commit: number }>(statement, [companyId, commits]);
  const gone = rows.map(({ commit }) => commit).toSorted((a, b) => a - b);
  if (gone.length === 0) return gone;
  await tx.run(OBJECTS_BEGIN_DELETING, [companyId, gone]);
  const kind = tier === "backup" ? "snapshots_left_backup" : "snapshots_expired";
  await writeOutbox(tx, companyId, kind, { commits: gone.map(String) });
  return gone;
}

function requireBatch(count: number): void {
  if (count > MAX_BATCH_IDS) throw new StoreError("invalid", `${count} in one call; ${MAX_BATCH_IDS} are the most`);
}
