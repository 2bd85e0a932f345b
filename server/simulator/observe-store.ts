import { toHex } from "../../engine/codec/hex.ts";
import type { PackTier } from "../../engine/format/pack-index.ts";
import type { Publication } from "../domain/store/commit-store.ts";
import type { RunLease } from "../domain/store/run-store.ts";
import type { Store } from "../domain/store/store.ts";
import { packObjectKey, receiptObjectKey } from "../domain/zone/object-keys.ts";
import { placeOf } from "./disk.ts";
import { commitKey, findLacking, type KnownRun } from "./model.ts";
import { observeArchive, observeHolds } from "./observe-archive.ts";
import type { Observed } from "./observed.ts";
import type { Violate } from "./violation.ts";

/** The store itself, watched: what every call answers is compared with the disks and with the model before anybody goes on. */
export function observeStore(store: Store, observed: Observed): Store {
  return {
    ...store,
    ...observeRuns(store, observed),
    ...observeCommits(store, observed),
    ...observeCopies(store, observed),
    ...observeDeletions(store, observed),
    ...observeArchive(store, observed),
    ...observeHolds(store, observed),
  };
}

function observeRuns(
  store: Store,
  { model, violate, nowMs }: Observed,
): Pick<Store, "startRun" | "heartbeatRun" | "endRun" | "endExpiredRuns"> {
  return {
    async startRun(companyId, run) {
      const outcome = await store.startRun(companyId, run);
      if (outcome.kind !== "started") return outcome;
      const { runId, fencingToken, zoneId } = outcome;
      const leaseUntilMs = nowMs() + run.leaseMs;
      const known = model.runs.get(runId);
      if (known) known.leaseUntilMs = leaseUntilMs;
      else {
        for (const other of [...model.openRuns]) {
          if (other.sourceId !== run.sourceId) continue;
          const row = await store.findRun(companyId, other.runId);
          if (row?.endedAt === null) violate("ledger", `runs ${other.runId} and ${runId} of one source are both open`);
          model.endRun(other.runId);
        }
        model.beginRun(companyId, run, { runId, fencingToken, zoneId, leaseUntilMs });
      }
      return outcome;
    },
    async heartbeatRun(companyId, lease, beat) {
      const outcome = await store.heartbeatRun(companyId, lease, beat);
      const run = model.runs.get(lease.runId);
      if (outcome.kind !== "held" || !run) return outcome;
      requireLease(violate, { run, companyId, lease, nowMs: nowMs(), what: "prolonged" });
      run.leaseUntilMs = nowMs() + beat.leaseMs;
      return outcome;
    },
    async endRun(companyId, lease, end) {
      const outcome = await store.endRun(companyId, lease, end);
      if (outcome === "ended") model.endRun(lease.runId);
      return outcome;
    },
    async endExpiredRuns(companyId) {
      const runIds = await store.endExpiredRuns(companyId);
      for (const runId of runIds) {
        const run = model.runs.get(runId);
        if (run && run.leaseUntilMs > nowMs()) violate("ledger", `run ${runId} was ended while its lease held`);
        model.endRun(runId);
      }
      return runIds;
    },
  };
}

interface LeaseUse {
  readonly run: KnownRun;
  readonly companyId: string;
  readonly lease: RunLease;
  readonly nowMs: number;
  readonly what: string;
}

/** Only one writer holds a source, and only while its lease lasts. */
function requireLease(violate: Violate, { run, companyId, lease, nowMs, what }: LeaseUse): void {
  const { runId, fencingToken } = lease;
  if (run.companyId !== companyId) violate("12", `run ${runId} was ${what} by another company`);
  if (!run.isOpen) violate("4", `run ${runId} was ${what} after its end`);
  if (run.fencingToken !== fencingToken) violate("4", `run ${runId} was ${what} under another token`);
  if (run.leaseUntilMs <= nowMs) violate("4", `run ${runId} was ${what} after its lease`);
}

function observeCommits(
  store: Store,
  observed: Observed,
): Pick<Store, "reserveCommit" | "publishCommit" | "advanceWatermark"> {
  const { model, disks, violate, nowMs, note } = observed;
  return {
    async reserveCommit(companyId, lease, reservation) {
      const outcome = await store.reserveCommit(companyId, lease, reservation);
      if (outcome.kind !== "reserved") return outcome;
      const key = commitKey(companyId, outcome.commit);
      const reservedAtMs = model.reservedAtMs.get(key) ?? nowMs();
      model.reservedAtMs.set(key, reservedAtMs);
      if (outcome.receivedAt.getTime() !== reservedAtMs)
        violate("10", `commit ${outcome.commit} is not dated when it came`);
      return outcome;
    },
    async publishCommit(companyId, lease, publication) {
      const outcome = await store.publishCommit(companyId, lease, publication);
      if (outcome.kind === "published" && !model.findSnapshot(companyId, outcome.commit)) {
        note(`snapshot ${outcome.commit} of ${companyId.slice(-4)} is published`);
        checkPublished(observed, { companyId, lease, publication, receivedAtMs: outcome.receivedAt.getTime() });
      }
      return outcome;
    },
    async advanceWatermark(companyId, zoneId) {
      const watermark = await store.advanceWatermark(companyId, zoneId);
      const key = `${companyId}/${zoneId}`;
      const before = model.watermarks.get(key) ?? 0;
      const disk = disks.get(zoneId);
      if (watermark.commit < before)
        violate("8", `the watermark of ${zoneId} went back from ${before} to ${watermark.commit}`);
      for (let commit = before + 1; disk && commit <= watermark.commit; commit++) {
        const snapshot = model.findSnapshot(companyId, commit);
        const lacking = snapshot?.isInBackup && findLacking(disk, snapshot, false);
        if (lacking) violate("8", `the watermark of ${zoneId} passed commit ${commit}, which lacks ${lacking} there`);
      }
      model.watermarks.set(key, watermark.commit);
      return watermark;
    },
  };
}

interface Published {
  readonly companyId: string;
  readonly lease: RunLease;
  readonly publication: Publication;
  readonly receivedAtMs: number;
}

function checkPublished(observed: Observed, { companyId, lease, publication, receivedAtMs }: Published): void {
  const { model, disks, violate, nowMs } = observed;
  const { commit, zoneId, snapshot } = publication;
  const run = model.runs.get(lease.runId);
  const disk = disks.get(zoneId);
  if (!run || !disk) throw new Error(`commit ${commit} came from nowhere`);
  requireLease(violate, { run, companyId, lease, nowMs: nowMs(), what: "published" });
  const known = model.addSnapshot(companyId, publication, receivedAtMs);
  if (known.ids.length === 0) violate("fault", `commit ${commit} is of a tree that nobody sent`);
  const lacking = findLacking(disk, known, false);
  if (lacking) violate("5", `commit ${commit} is visible, and ${lacking} is not in ${zoneId}`);
  const reservedAtMs = model.reservedAtMs.get(commitKey(companyId, commit));
  if (receivedAtMs !== reservedAtMs) violate("10", `commit ${commit} is dated ${new Date(receivedAtMs).toISOString()}`);
  checkReceipt(observed, { companyId, publication, receivedAtMs });
  const chain = model.chains.get(snapshot.agentId) ?? { sequence: 0, headerHashHex: "00".repeat(32) };
  const isNext = snapshot.sequence === chain.sequence + 1 && toHex(snapshot.previousHeaderHash) === chain.headerHashHex;
  if (!isNext) violate("4", `commit ${commit} does not continue the chain of its agent`);
  model.chains.set(snapshot.agentId, { sequence: snapshot.sequence, headerHashHex: toHex(snapshot.headerHash) });
  model.endRun(lease.runId);
}

/** Whoever has the zone alone reads from the receipt since when a snapshot is kept. */
function checkReceipt(
  { disks, violate }: Observed,
  { companyId, publication, receivedAtMs }: Omit<Published, "lease">,
): void {
  const { commit, zoneId, snapshot } = publication;
  const key = receiptObjectKey(companyId, commit, toHex(snapshot.manifestSha256));
  const disk = disks.get(zoneId);
  const text = Buffer.from(disk?.get(key) ?? []).toString();
  if (disk?.isGood(key) && !text.includes(`"receivedAt":"${new Date(receivedAtMs).toISOString()}"`)) {
    violate("10", `the receipt of commit ${commit} does not say when it was received`);
  }
}

function observeCopies(
  store: Store,
  observed: Observed,
): Pick<Store, "recordPack" | "recordPresence" | "recordRepacked"> {
  const { model, contents, violate, nowMs } = observed;
  return {
    async recordPack(companyId, lease, zoneId, pack) {
      const outcome = await store.recordPack(companyId, lease, zoneId, pack);
      if (outcome.kind !== "recorded") return outcome;
      const run = model.runs.get(lease.runId);
      if (!run) return outcome;
      requireLease(violate, { run, companyId, lease, nowMs: nowMs(), what: "added to" });
      requireStored(observed, { companyId, zoneId, packId: pack.packId, what: "recorded" });
      if (model.deletedPackIds.has(pack.packId)) violate("6", `pack ${pack.packId} is back after its deletion`);
      for (const id of contents.idsOf(packObjectKey(companyId, { ...pack, tier: "backup" }))) run.relied.add(id);
      return outcome;
    },
    async recordPresence(companyId, zoneId, copies) {
      await store.recordPresence(companyId, zoneId, copies);
      for (const packId of copies.packIds) requireStored(observed, { companyId, zoneId, packId, what: "counted" });
      for (const key of copies.objectKeys) {
        const { disk, key: stored } = placeOf(observed, zoneId, key);
        const isThere = disk?.wasStored(stored) || disk?.isReleased(stored);
        if (!isThere) violate("4", `${key} counts in ${zoneId}, and is not there`);
      }
    },
    async recordRepacked(companyId, repacked) {
      const isRecorded = await store.recordRepacked(companyId, repacked);
      const { packId } = repacked.pack;
      if (isRecorded) {
        for (const zoneId of repacked.zoneIds) requireStored(observed, { companyId, zoneId, packId, what: "repacked" });
      }
      return isRecorded;
    },
  };
}

interface StoredPack {
  readonly companyId: string;
  readonly zoneId: string;
  readonly packId: string;
  readonly what: string;
}

function requireStored(
  { model, disks, archives, violate }: Observed,
  { companyId, zoneId, packId, what }: StoredPack,
): void {
  if (model.deletedPackIds.has(packId)) return;
  const bases = [disks.get(zoneId), archives.get(zoneId)];
  if (keysOf(companyId, packId).some((key) => bases.some((disk) => disk?.wasStored(key)))) return;
  violate("4", `pack ${packId} is ${what} in ${zoneId}, and is not there`);
}

function observeDeletions(store: Store, observed: Observed): Pick<Store, "deletePacks"> {
  const { model, violate, findDeletionBan, note } = observed;
  return {
    async deletePacks(companyId, packIds, marked) {
      const outcome = await store.deletePacks(companyId, packIds, marked);
      if (outcome.kind !== "deleting" || outcome.packIds.length === 0) return outcome;
      const ban = findDeletionBan();
      if (ban !== null) violate("6", `packs are deleted although ${ban}`);
      note(`${outcome.packIds.length} packs of ${companyId.slice(-4)} are to go`);
      for (const packId of outcome.packIds) {
        model.deletedPackIds.add(packId);
        checkDeleted(observed, { companyId, packId, tier: marked.tier });
      }
      return outcome;
    },
  };
}

interface DeletedPack {
  readonly companyId: string;
  readonly packId: string;
  readonly tier: PackTier;
}

/** Whatever a snapshot or an open run needs of it has to be in another pack, wherever it was until now. */
function checkDeleted(observed: Observed, { companyId, packId, tier }: DeletedPack): void {
  const { model, contents, violate } = observed;
  const disks = tier === "backup" ? observed.disks : observed.archives;
  for (const key of keysOf(companyId, packId)) {
    const ids = contents.idsOf(key);
    for (const disk of disks.values()) {
      const held = ids.filter((id) => disk.holds(id));
      disk.doom(key);
      const lost = held.filter((id) => !disk.holds(id));
      const needed = lost.find((id) => model.isNeeded(id, tier));
      if (needed)
        violate("6", `pack ${packId} goes, and with it from ${disk.zoneId} ${hexOf(needed)}, which a snapshot reaches`);
      for (const run of model.openRuns) {
        const relied =
          tier === "backup" && run.zoneId === disk.zoneId ? lost.find((id) => run.relied.has(id)) : undefined;
        if (relied) violate("6", `pack ${packId} goes, and run ${run.runId} was told that ${hexOf(relied)} is there`);
      }
    }
  }
}

function keysOf(companyId: string, packId: string): string[] {
  return (["content", "meta"] as const).map((packKind) =>
    packObjectKey(companyId, { packId, packKind, tier: "backup" }),
  );
}

function hexOf(id: string): string {
  return toHex(Buffer.from(id, "latin1"));
}
