import type { Store } from "../domain/store/store.ts";
import { keyInBase } from "../domain/zone/tiered-zone.ts";
import { findLacking, isKept, type KnownSnapshot } from "./model.ts";
import type { Observed } from "./observed.ts";

/** What comes into the archive, and what a tier lets go. */
export function observeArchive(
  store: Store,
  observed: Observed,
): Pick<Store, "recordArchivedPack" | "recordFrozen" | "extendFrozen" | "leaveBackup" | "expireArchived"> {
  const { model, violate, nowMs, note } = observed;
  return {
    async recordArchivedPack(companyId, archived) {
      const isRecorded = await store.recordArchivedPack(companyId, archived);
      const { packId } = archived.pack;
      if (isRecorded && model.deletedPackIds.has(packId)) violate("6", `pack ${packId} is back after its deletion`);
      return isRecorded;
    },
    async recordFrozen(companyId, freeze) {
      const isFrozen = await store.recordFrozen(companyId, freeze);
      const snapshot = model.findSnapshot(companyId, freeze.commit);
      if (!isFrozen || !snapshot) return isFrozen;
      const objectKeys = freeze.objects.map(({ objectKey }) => keyInBase(objectKey));
      model.freeze(snapshot, { retainUntilMs: freeze.retainUntil.getTime(), objectKeys });
      note(`snapshot ${freeze.commit} of ${companyId.slice(-4)} is frozen until ${freeze.retainUntil.toISOString()}`);
      for (const disk of observed.archives.values()) {
        const lacking = findLacking(disk, { ids: snapshot.ids, objectKeys }, false);
        if (lacking) violate("6", `commit ${freeze.commit} is frozen, and ${disk.zoneId} has no ${lacking} of it`);
      }
      return isFrozen;
    },
    async extendFrozen(companyId, freeze) {
      const isExtended = await store.extendFrozen(companyId, freeze);
      const snapshot = model.findSnapshot(companyId, freeze.commit);
      if (!isExtended || !snapshot?.frozen) return isExtended;
      const retainUntilMs = freeze.retainUntil.getTime();
      if (snapshot.isExpired || retainUntilMs <= snapshot.frozen.retainUntilMs)
        violate("7", `commit ${freeze.commit} is kept for less than before`);
      const objectKeys = freeze.objects.map(({ objectKey }) => keyInBase(objectKey));
      // The old sidecars are over; nobody has to keep them.
      for (const disk of observed.archives.values())
        for (const key of snapshot.frozen.objectKeys) if (!objectKeys.includes(key)) disk.release(key);
      model.extend(snapshot, { retainUntilMs, objectKeys });
      note(`snapshot ${freeze.commit} of ${companyId.slice(-4)} is kept until ${freeze.retainUntil.toISOString()}`);
      return isExtended;
    },
    async leaveBackup(companyId, commits) {
      const left = await store.leaveBackup(companyId, commits);
      for (const commit of left) {
        const snapshot = model.findSnapshot(companyId, commit);
        if (!snapshot) continue;
        model.leaveBackup(snapshot);
        if (snapshot.holdIds.size > 0 && !isKept(snapshot)) violate("6", `commit ${commit} goes, and a hold keeps it`);
        if (!model.snapshots.some((other) => isNewer(other, snapshot)))
          violate("6", `commit ${commit} leaves the backup tier, and is the newest of its source`);
        releaseObjects(observed, snapshot);
      }
      return left;
    },
    async expireArchived(companyId, commits) {
      const gone = await store.expireArchived(companyId, commits);
      for (const commit of gone) {
        const snapshot = model.findSnapshot(companyId, commit);
        if (!snapshot) continue;
        if ((snapshot.frozen?.retainUntilMs ?? Number.POSITIVE_INFINITY) > nowMs())
          violate("7", `commit ${commit} goes from the archive before its time is over`);
        if (snapshot.holdIds.size > 0) violate("7", `commit ${commit} goes from the archive, and a hold keeps it`);
        model.expire(snapshot);
        releaseObjects(observed, snapshot);
      }
      return gone;
    },
  };
}

export function observeHolds(store: Store, { model }: Observed): Pick<Store, "placeHold" | "liftHold"> {
  return {
    async placeHold(companyId, hold) {
      const outcome = await store.placeHold(companyId, hold);
      const snapshot = model.snapshots.find(({ snapshotId }) => snapshotId === hold.snapshotId);
      if (outcome === "placed") snapshot?.holdIds.add(hold.holdId);
      return outcome;
    },
    async liftHold(companyId, hold) {
      const outcome = await store.liftHold(companyId, hold);
      if (outcome === "lifted") for (const { holdIds } of model.snapshots) holdIds.delete(hold.holdId);
      return outcome;
    },
  };
}

function isNewer(other: KnownSnapshot, { sourceId, commit }: KnownSnapshot): boolean {
  return other.isInBackup && other.sourceId === sourceId && other.commit > commit;
}

/** Headers stay for ever; a receipt stays as long as one tier has the snapshot. */
function releaseObjects({ disks, archives }: Observed, snapshot: KnownSnapshot): void {
  const { objectKeys, frozen, isInBackup, isExpired } = snapshot;
  const manifests = objectKeys.filter((key) => key.includes("/snapshots/") && !key.endsWith(".receipt"));
  const receipts = objectKeys.filter((key) => key.endsWith(".receipt"));
  const over = [...(isInBackup ? [] : manifests), ...(isKept(snapshot) ? [] : receipts)];
  for (const disk of disks.values()) for (const key of over) disk.release(key);
  for (const disk of archives.values())
    for (const key of isExpired ? (frozen?.objectKeys ?? []) : []) disk.release(key);
}
