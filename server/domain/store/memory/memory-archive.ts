import { machineIdSchema, snapshotIdSchema } from "../../../../contracts/ids.ts";
import type { HoldView } from "../../../../contracts/retention.ts";
import type { AgingSnapshot, ArchivedPack, ArchiveStore, Freeze, RetentionRow } from "../archive-store.ts";
import { byLevel } from "../setting-order.ts";
import { MAX_PAGE_ROWS } from "../store.ts";
import { findPolicyOf } from "./memory-layers.ts";
import { addPack, recordMadeCopies } from "./memory-packs.ts";
import { type HoldState, isKeptSnapshot, type ObjectEntry, type PackEntry, type SnapshotEntry } from "./memory-rows.ts";
import { addObject, type CompanyState, getCompany, type MemoryState, newCopies } from "./memory-state.ts";

export function createMemoryArchive(state: MemoryState): ArchiveStore {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    async listAgingSnapshots(companyId, sourceId) {
      const company = companyOrNone(companyId);
      if (!company) return [];
      return byCommit(company)
        .filter(
          (entry) => entry.snapshot.sourceId === sourceId && (entry.backupLeftAt === null || entry.frozen !== null),
        )
        .map((entry) => toAging(company, entry));
    },
    ...createDueFreezes(state),
    recordArchivedPack: async (companyId, archived) =>
      recordArchivedPack(state, getCompany(state, companyId), archived),
    async raisePackLocks(companyId, packIds, until) {
      const company = companyOrNone(companyId);
      for (const packId of packIds) {
        const pack = company?.packs.get(packId);
        if (pack?.lockedUntil && pack.lockedUntil < until) pack.lockedUntil = until;
      }
      state.outbox.push({ companyId, kind: "locks_raised" });
    },
    recordFrozen: async (companyId, freeze) => recordFrozen(state, getCompany(state, companyId), freeze),
    extendFrozen: async (companyId, freeze) => extendFrozen(state, getCompany(state, companyId), freeze),
    async leaveBackup(companyId, commits) {
      const company = companyOrNone(companyId);
      if (!company) return [];
      const left = chosen(company, commits).filter((entry) => mayLeave(company, entry));
      for (const entry of left) company.index.setAging(entry, { backupLeftAt: state.now() });
      return letGo(state, company, left);
    },
    async expireArchived(companyId, commits) {
      const company = companyOrNone(companyId);
      if (!company) return [];
      const gone = chosen(company, commits).filter((entry) => {
        const isOver = entry.frozen !== null && entry.frozen.retainUntil <= state.now();
        return isOver && entry.archiveExpiredAt === null && !isHeld(company, entry.commit);
      });
      for (const entry of gone) company.index.setAging(entry, { archiveExpiredAt: state.now() });
      return letGo(state, company, gone);
    },
    ...createDeletions(state),
    ...createHolds(state),
    ...createRetention(state),
    async readTiers(companyId) {
      const company = getCompany(state, companyId);
      const packs = [...company.packs.values()].filter((pack) => pack.state === "live" || pack.state === "quarantined");
      const figuresOf = (tier: PackEntry["tier"], snapshots: number) => {
        const own = packs.filter((pack) => pack.tier === tier);
        return { snapshots, packs: own.length, storedBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
      };
      const snapshots = byCommit(company);
      return {
        backup: figuresOf("backup", snapshots.filter((entry) => entry.backupLeftAt === null).length),
        archive: figuresOf("archive", snapshots.filter((entry) => entry.frozen && !entry.archiveExpiredAt).length),
        holds: company.holds.filter((hold) => hold.liftedAt === null).length,
      };
    },
  };
}

function createDueFreezes(state: MemoryState): Pick<ArchiveStore, "putDueFreezes" | "noteFreezeProblem"> {
  return {
    async putDueFreezes(companyId, sourceId, commits) {
      const company = getCompany(state, companyId);
      for (const [commit, due] of company.dueFreezes)
        if (due.sourceId === sourceId && !commits.includes(commit)) company.dueFreezes.delete(commit);
      for (const commit of commits)
        if (!company.dueFreezes.has(commit))
          company.dueFreezes.set(commit, { sourceId, dueAt: state.now(), problemCode: null });
    },
    async noteFreezeProblem(companyId, commit, code) {
      const due = state.companies.get(companyId)?.dueFreezes.get(commit);
      if (due) due.problemCode = code;
    },
  };
}

function createDeletions(state: MemoryState): Pick<ArchiveStore, "listDeletingObjects" | "removeObjects"> {
  const companyOrNone = (companyId: string) => state.companies.get(companyId);
  return {
    async listDeletingObjects(companyId, { after, limit }) {
      const keys: string[] = [];
      for (const key of companyOrNone(companyId)?.index.deletingKeys.after(after) ?? []) {
        if (keys.length >= Math.min(limit, MAX_PAGE_ROWS)) break;
        keys.push(key);
      }
      return keys;
    },
    async removeObjects(companyId, objectKeys) {
      const company = companyOrNone(companyId);
      for (const key of objectKeys) {
        const object = company?.objects.get(key);
        if (!company || !object?.isDeleting) continue;
        company.objects.delete(key);
        company.index.removeObject(object);
      }
      state.outbox.push({ companyId, kind: "objects_deleted" });
    },
  };
}

function createHolds(state: MemoryState): Pick<ArchiveStore, "placeHold" | "liftHold" | "listHolds"> {
  return {
    async placeHold(companyId, { holdId, snapshotId, reason }) {
      const company = state.companies.get(companyId);
      const entry = company?.snapshots.get(snapshotId);
      if (!company || !entry || !isKeptSnapshot(entry)) return "not_found";
      company.holds.push({ holdId, commit: entry.commit, reason, placedAt: state.now(), liftedAt: null });
      state.outbox.push({ companyId, kind: "hold_placed" });
      return "placed";
    },
    async liftHold(companyId, { holdId }) {
      const hold = state.companies
        .get(companyId)
        ?.holds.find((each) => each.holdId === holdId && each.liftedAt === null);
      if (!hold) return "not_found";
      hold.liftedAt = state.now();
      state.outbox.push({ companyId, kind: "hold_lifted" });
      return "lifted";
    },
    async listHolds(companyId) {
      const company = state.companies.get(companyId);
      const open = (company?.holds ?? []).filter((hold) => hold.liftedAt === null).toReversed();
      return open.flatMap((hold) => (company ? [toHold(company, hold)] : []));
    },
  };
}

function createRetention(state: MemoryState): Pick<ArchiveStore, "putRetention" | "listRetention"> {
  return {
    async putRetention(companyId, { level, subjectId, settings }) {
      const company = companyId === null ? null : state.companies.get(companyId);
      if ((companyId === null) !== (level === "provider") || company === undefined) return "subject_unknown";
      if (company === null) state.providerRetention = { level, settings };
      else if (!isSubject(company, level, subjectId)) return "subject_unknown";
      else company.retention.set(subjectId, { level, settings });
      state.outbox.push({ companyId, kind: "retention_changed" });
      return "stored";
    },
    async listRetention(companyId, { machineId, sourceId }) {
      const rows = companyId === null ? undefined : state.companies.get(companyId)?.retention;
      const own = [companyId, machineId, sourceId].map((subjectId) => rows?.get(subjectId ?? ""));
      const policy = findPolicyOf(state, companyId)?.retention;
      return [state.providerRetention, policy, ...own]
        .filter((row): row is RetentionRow => row !== null && row !== undefined)
        .toSorted(byLevel);
    },
  };
}

function isSubject(company: CompanyState, level: RetentionRow["level"], subjectId: string): boolean {
  if (level === "company") return subjectId === company.companyId;
  return level === "machine" ? company.machines.has(subjectId) : company.sources.has(subjectId);
}

function recordArchivedPack(state: MemoryState, company: CompanyState, archived: ArchivedPack): boolean {
  const { pack, runId, zoneIds, lockedUntil } = archived;
  const stored = company.packs.get(pack.packId);
  if (stored && stored.state !== "live") return false;
  const entry = stored ?? addPack(state, company, { pack, runId, copies: newCopies(state, null), lockedUntil });
  recordMadeCopies(state, company, { entry, zoneIds });
  if (entry.lockedUntil && entry.lockedUntil < lockedUntil) entry.lockedUntil = lockedUntil;
  state.outbox.push({ companyId: company.companyId, kind: "pack_archived" });
  return true;
}

function recordFrozen(state: MemoryState, company: CompanyState, freeze: Freeze): boolean {
  const { commit, snapshotClass, retainUntil } = freeze;
  const entry = company.index.snapshotsByCommit.get(commit);
  if (!entry || entry.frozen !== null || entry.backupLeftAt !== null) return false;
  company.index.setAging(entry, { frozen: { snapshotClass, frozenAt: state.now(), retainUntil } });
  addFrozenObjects(state, company, freeze);
  state.outbox.push({ companyId: company.companyId, kind: "snapshot_frozen" });
  return true;
}

function extendFrozen(state: MemoryState, company: CompanyState, freeze: Freeze): boolean {
  const { commit, retainUntil, objects } = freeze;
  const entry = company.index.snapshotsByCommit.get(commit);
  if (!entry?.frozen || entry.archiveExpiredAt !== null || entry.frozen.retainUntil >= retainUntil) return false;
  company.index.setAging(entry, { frozen: { ...entry.frozen, retainUntil } });
  addFrozenObjects(state, company, freeze);
  for (const { objectKey } of objects) {
    const object = company.objects.get(objectKey);
    if (object?.lockedUntil && object.lockedUntil < retainUntil) object.lockedUntil = retainUntil;
  }
  state.outbox.push({ companyId: company.companyId, kind: "retention_extended" });
  return true;
}

function addFrozenObjects(state: MemoryState, company: CompanyState, freeze: Freeze): void {
  const { commit, retainUntil, objects, zoneIds } = freeze;
  for (const object of objects) {
    const copies = newCopies(state, null);
    for (const zoneId of zoneIds) copies.set(zoneId, { state: "present", code: null });
    const made = { ...object, commit, bytes: null, copies, lockedUntil: retainUntil, isDeleting: false };
    if (!company.objects.has(object.objectKey)) addObject(company, made);
  }
}

function mayLeave(company: CompanyState, entry: SnapshotEntry): boolean {
  if (entry.backupLeftAt !== null) return false;
  const isArchived = entry.frozen !== null && entry.archiveExpiredAt === null;
  if (!isArchived && isHeld(company, entry.commit)) return false;
  const { sourceId } = entry.snapshot;
  for (const each of company.index.snapshotsAfter(entry.commit, company.nextCommit)) {
    if (each.snapshot.sourceId === sourceId && each.backupLeftAt === null) return true;
  }
  return false;
}

/** Of these: the manifest of a tier that gave the snapshot up, and everything but the header once no tier has it. */
function letGo(state: MemoryState, company: CompanyState, entries: readonly SnapshotEntry[]): number[] {
  for (const entry of entries) {
    for (const object of company.index.objectsOf(entry.commit)) {
      if (isOver(entry, object)) company.index.setDeleting(object);
    }
  }
  if (entries.length > 0) state.outbox.push({ companyId: company.companyId, kind: "snapshots_let_go" });
  return entries.map(({ commit }) => commit);
}

function isOver(entry: SnapshotEntry, { kind, objectKey }: ObjectEntry): boolean {
  if (kind === "header") return false;
  if (objectKey.startsWith("archive/")) return entry.archiveExpiredAt !== null;
  return kind === "manifest" ? entry.backupLeftAt !== null : !isKeptSnapshot(entry);
}

function chosen(company: CompanyState, commits: readonly number[]): SnapshotEntry[] {
  const wanted = [...new Set(commits)].toSorted((a, b) => a - b);
  return wanted.flatMap((commit) => company.index.snapshotsByCommit.get(commit) ?? []);
}

function byCommit(company: CompanyState): SnapshotEntry[] {
  return [...company.index.snapshotsAfter(0, company.nextCommit)];
}

export function isHeld(company: CompanyState, commit: number): boolean {
  return company.holds.some((hold) => hold.commit === commit && hold.liftedAt === null);
}

function toAging(company: CompanyState, entry: SnapshotEntry): AgingSnapshot {
  const { commit, snapshot, receivedAt, outcome, frozen, backupLeftAt, archiveExpiredAt } = entry;
  const run = company.runs.get(entry.runId);
  const { files, bytes } = snapshot.counts;
  return {
    ...{ snapshotId: snapshot.snapshotId, commit, receivedAt, isComplete: outcome === "complete", files, bytes },
    isScheduled: (run?.dueAt ?? null) !== null,
    sentBytes: run?.progress.storedBytes ?? 0,
    isInBackup: backupLeftAt === null,
    frozen: frozen && {
      snapshotClass: frozen.snapshotClass,
      retainUntil: frozen.retainUntil,
      isExpired: archiveExpiredAt !== null,
    },
    isHeld: isHeld(company, commit),
  };
}

function toHold(company: CompanyState, { holdId, commit, reason, placedAt }: HoldState): HoldView {
  const entry = company.index.snapshotsByCommit.get(commit);
  if (!entry) throw new Error("a hold without its snapshot");
  const { snapshot, receivedAt } = entry;
  return {
    ...{ holdId, reason, placedAt, receivedAt },
    snapshotId: snapshotIdSchema.parse(snapshot.snapshotId),
    machineId: machineIdSchema.parse(snapshot.machineId),
    machineName: company.machines.get(snapshot.machineId)?.name ?? "",
  };
}
